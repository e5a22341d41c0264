"""The rule-based brain in three steps: understand the question, decide what to read, phrase what was read.

Everything here is a pure function of the conversation's messages: same question, same records, same answer, every time.
"""
