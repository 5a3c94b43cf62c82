"""Gradio's own parts in Footnote's colours. The tokens themselves are in static/footnote.css."""

from gradio.themes import Base, sizes

_SANS = (
    "-apple-system",
    "Segoe UI",
    "Roboto",
    "Inter",
    "Noto Sans",
    "Helvetica Neue",
    "Liberation Sans",
    "Arial",
    "sans-serif",
)
_MONO = ("ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "Liberation Mono", "monospace")


def theme() -> Base:
    """The theme: system fonts only, and colours that follow the CSS tokens into the dark by themselves."""
    base = Base(font=_SANS, font_mono=_MONO, text_size=sizes.text_md, radius_size=sizes.radius_md)
    values = {
        "body_background_fill": "var(--fn-bg)",
        "body_text_color": "var(--fn-text)",
        "body_text_color_subdued": "var(--fn-muted)",
        "background_fill_primary": "var(--fn-bg)",
        "background_fill_secondary": "var(--fn-surface)",
        "border_color_primary": "var(--fn-line)",
        "border_color_accent": "var(--fn-accent)",
        "color_accent_soft": "var(--fn-accent-soft)",
        "link_text_color": "var(--fn-accent)",
        "link_text_color_hover": "var(--fn-accent)",
        "link_text_color_active": "var(--fn-accent)",
        "link_text_color_visited": "var(--fn-accent)",
        "block_background_fill": "var(--fn-bg)",
        "block_border_color": "var(--fn-line)",
        "block_label_background_fill": "var(--fn-bg)",
        "block_label_text_color": "var(--fn-muted)",
        "block_title_text_color": "var(--fn-text)",
        "block_info_text_color": "var(--fn-muted)",
        "input_background_fill": "var(--fn-bg)",
        "input_border_color": "var(--fn-line-strong)",
        "input_border_color_focus": "var(--fn-accent)",
        "input_placeholder_color": "var(--fn-muted)",
        "input_shadow": "none",
        "input_shadow_focus": "0 0 0 3px var(--fn-accent-soft)",
        "button_primary_background_fill": "var(--fn-accent)",
        "button_primary_background_fill_hover": "var(--fn-accent-strong)",
        "button_primary_border_color": "var(--fn-accent)",
        "button_primary_text_color": "var(--fn-on-accent)",
        "button_secondary_background_fill": "var(--fn-surface)",
        "button_secondary_background_fill_hover": "var(--fn-hover)",
        "button_secondary_border_color": "var(--fn-line)",
        "button_secondary_text_color": "var(--fn-text)",
        "button_cancel_background_fill": "var(--fn-warn-soft)",
        "button_cancel_background_fill_hover": "var(--fn-warn-soft)",
        "button_cancel_border_color": "var(--fn-warn)",
        "button_cancel_text_color": "var(--fn-warn)",
        "table_border_color": "var(--fn-line)",
        "table_even_background_fill": "var(--fn-bg)",
        "table_odd_background_fill": "var(--fn-bg)",
        "table_row_focus": "var(--fn-accent-soft)",
        "error_background_fill": "var(--fn-warn-soft)",
        "error_border_color": "var(--fn-warn)",
        "error_text_color": "var(--fn-text)",
        "loader_color": "var(--fn-accent)",
        "slider_color": "var(--fn-accent)",
        "checkbox_background_color": "var(--fn-bg)",
        "checkbox_background_color_selected": "var(--fn-accent)",
        "checkbox_border_color": "var(--fn-line-strong)",
        "checkbox_border_color_selected": "var(--fn-accent)",
        "checkbox_label_background_fill": "var(--fn-bg)",
        "checkbox_label_background_fill_hover": "var(--fn-hover)",
        "checkbox_label_background_fill_selected": "var(--fn-accent-soft)",
        "checkbox_label_text_color": "var(--fn-text)",
    }
    dark = {f"{name}_dark": value for name, value in values.items() if hasattr(base, f"{name}_dark")}
    return base.set(**values, **dark)
