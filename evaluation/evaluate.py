"""A question set asked of a library, from questions to report."""

from collections.abc import Callable
from pathlib import Path

from evaluation.comparison import Comparison, compare_runs
from evaluation.evidence import Library, Texts
from evaluation.judging import Judge
from evaluation.metrics.attribution import Support
from evaluation.provenance import provenance
from evaluation.questions import QuestionSet
from evaluation.report.page import write_report
from evaluation.results import Result, Run, read_run
from evaluation.running import run_questions
from evaluation.scoring import Scorer
from rag.schema import Answer, Inquiry
from rag.settings import Settings


def evaluate(
    questions: QuestionSet,
    ask: Callable[[Inquiry], Answer],
    library: Library,
    settings: Settings,
    out: Path,
    *,
    baseline: Run | Path | None = None,
    support: Support | None = None,
    judge: Judge | None = None,
    on_progress: Callable[[Result, int, int], None] | None = None,
) -> tuple[Run, Comparison | None]:
    """Run a question set and write its folder: results, summary, report, JUnit XML and CSV.

    Args:
        questions: What to ask, from `load_questions`.
        ask: Answers a question; called from two threads.
        library: Where the evidence is looked for.
        settings: What the answers are made with; stored with the run, without keys.
        out: The run's folder. An interrupted run of the same questions, settings and library goes on there.
        baseline: An earlier run to compare with.
        support: Bears claims out for ALCE's citation recall and precision.
        judge: Adds judged metrics.
        on_progress: Told each new result, how many questions are done, and of how many.

    Returns the run, and its comparison with the baseline if there is one.

    Raises:
        RunError: The folder or the baseline can't be used, or no question could be answered.
        LibraryError: The library can't be asked.
    """
    before = baseline if isinstance(baseline, Run | None) else read_run(baseline)
    texts = Texts.of(library)
    made_by = provenance(questions, settings, texts, library.revision) | {"judge": judge.name if judge else None}
    mark = judge.mark if judge else None
    scorer = Scorer(texts, support)
    run = run_questions(questions.questions, ask, out, scorer, made_by, on_progress, mark=mark)
    comparison = compare_runs(before, run) if before else None
    write_report(run, comparison)
    return run, comparison
