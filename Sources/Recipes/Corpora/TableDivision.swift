import Datasets
import Features

/// Divides the rows of a table as a recipe says: by `Split` and `Folds`, a function of the run's number and the rows alone.
struct TableDivision {
    private let recipe: Recipe
    private let kind: Split.Kind
    private let columns: [String]

    /// - Throws: if the columns that the rule needs are not named, or parts would know each other's rows.
    init(_ recipe: Recipe) throws {
        self.recipe = recipe
        let data = recipe.data, rule = data.split ?? (data.group == nil ? .random : .group)
        func refuse(_ reason: String) -> RecipeError { RecipeError("data", "split: \(rule.rawValue) \(reason)", at: recipe.name) }
        func need(_ column: String?, _ what: String) throws -> [String] {
            guard let column else { throw refuse("needs \(what)") }
            return [column]
        }
        let target = recipe.features?.target
        switch rule {
        case .random: (kind, columns) = (.random, [])
        case .stratified: (kind, columns) = (.stratified, try need(target?.classes.flatMap { _ in target?.columns.first }, "classes"))
        case .group, .last: (kind, columns) = (.group, try need(data.group, "the column 'group'"))
        case .time: (kind, columns) = (.time, try need(data.order, "the column 'order'"))
        }
        if kind == .random || kind == .stratified {
            if let group = data.group { throw refuse("tears the rows of one '\(group)' apart: group and time do not") }
            if recipe.features?.window != nil { throw refuse("tears windows apart: group and time do not") }
        }
        switch recipe.evaluate.over {
        case .folds, .splits: if kind == .time { throw refuse("divides in one way only: evaluate over seeds") }
        case .groups: if kind != .group { throw refuse("has no groups to evaluate over") }
        case .seeds, nil: break
        }
    }

    /// How many runs differ in their parts.
    func divisions(of frame: Frame) throws -> Int { try folds?(frame).count ?? 1 }

    /// What may be learned from, and what tests.
    func divided(_ frame: Frame, run: Int) throws -> (known: Frame, unseen: Frame) {
        guard let folds = try folds?(frame) else {
            return try parts(of: frame, test: recipe.data.testing ?? 0.2, seed: recipe.evaluate.over == .splits ? UInt64(run) : 0)
        }
        guard folds.indices.contains(run) else {
            throw RecipeError("evaluate", "there is no run \(run + 1) of \(folds.count) folds", at: recipe.name)
        }
        return (frame.rows(folds[run].train), frame.rows(folds[run].test))
    }

    /// Sets a share aside to choose by, by the same rule.
    func validating(_ known: Frame, share: Double, run: Int) throws -> (rest: Frame, held: Frame) {
        try parts(of: known, test: share, seed: 1_000 + UInt64(run))
    }

    private func parts(of frame: Frame, test: Double, seed: UInt64) throws -> (Frame, Frame) {
        let parts = try Split(kind, by: columns, test: test, seed: seed)(frame)
        return (try parts.frame("train", of: frame), try parts.frame("test", of: frame))
    }

    private var folds: Folds? {
        let count = recipe.evaluate.runs ?? 5
        switch (recipe.evaluate.over, kind) {
        case (.folds, .stratified): return Folds(count, .stratified(by: columns[0]))
        case (.folds, .group): return Folds(count, .group(by: columns))
        case (.folds, _): return Folds(count)
        case (.groups, _): return Folds(count, .leaveOneGroupOut(by: columns))
        case (.seeds, _), (.splits, _), (nil, _): return nil
        }
    }
}
