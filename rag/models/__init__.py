"""The models: embedder, reranker, chat model, each made from the settings. Heavy imports live inside functions."""
