import TestKit

/// All cases of a family: the lines of `Golden/<family>.jsonl`.
func golden(_ family: String) throws -> [GoldenCase] { try GoldenCase.family(family) }
