import Formats
import Foundation

@testable import Learning
@testable import Recipes

/// A folder of its own for a test, removed when the test is over.
final class Scratch {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("millrace-test-\(UUID().uuidString)").path
        try Files.makeFolder(path)
    }

    deinit { try? Files.remove(path) }

    func callAsFunction(_ name: String) -> String { Files.join(path, name) }
}

enum Samples8x8 {
    /// The digits that lie in the package.
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Examples/Digits/data").path

    static func recipe(_ changes: [String] = []) throws -> Recipe {
        let yaml = """
            name: digits
            data: {kind: digits, path: "\(folder)"}
            model: {kind: resnet9, width: 4}
            train: {optimizer: adamw, rate: 3e-3, epochs: 2, batch: 64}
            evaluate: {metric: accuracy}
            """
        return try Recipe(yaml: yaml, at: "digits.yaml", setting: changes)
    }
}

extension RecipeTraining {
    /// With what changes from day to day held still.
    init(
        _ recipe: Recipe, folder: String, startsAnew: Bool = false, comparesShallow: Bool = false, stop: @escaping () -> Bool = { false },
        log: (TrainingPlan.Step, String) -> Void = { _, _ in }
    )
        throws
    {
        try self.init(
            TrainingPlan(recipe, seed: 1), folder: folder, startsAnew: startsAnew, comparesShallow: comparesShallow, display: .silent,
            date: ("2026-01-01", 0),
            versions: ["millrace": "test"],
            isStopRequested: stop, log: log)
    }
}
