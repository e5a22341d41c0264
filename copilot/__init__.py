"""One turn of conversation and its consequences: question, brain, grounding, answer, drafts, audit."""
