"""Mutation of rules: is there a story that notices when a rule is removed or turned round?"""
