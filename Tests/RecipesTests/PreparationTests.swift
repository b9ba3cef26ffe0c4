import Formats
import Testing

@testable import Learning
@testable import Recipes

@Suite("Preparation") struct PreparationTests {
    @Test func `a bundle that says nothing, something later or something damaged of its inputs is refused`() throws {
        let scratch = try Scratch()
        let made = try #require(try RecipeTraining(Samples8x8.recipe(["train.epochs=1"]), folder: scratch("out")).bundle)
        var bundle = try ModelBundle(reading: made.path)
        let features = try #require(bundle.features?.object)
        func reason(_ changes: [String: JSON]?) -> String {
            bundle.features = changes.map { .object(features.merging($0)) }
            do {
                _ = try Preparation(bundle)
                return "was taken"
            } catch { return "\(error)" }
        }
        #expect(reason(nil).contains("does not say how its inputs are prepared"))
        #expect(reason(["version": 2]).contains("prepared by version 2 of 'pictures', this program knows up to 1"))
        #expect(reason(["kind": "smells"]).contains("cannot prepare 'smells'"))
        #expect(reason(["mean": "none"]).contains("damaged"))
        #expect(reason(["deviation": [0]]).contains("by mean"))
        #expect(reason(["height": 9]).contains("its inputs are prepared as 72 numbers of f32"))
        #expect(reason(["height": 1e9]).contains("pictures of 1000000000") || reason(["height": 1e9]).contains("damaged"))
        #expect(reason([:]) == "was taken")
    }
}

extension JSON.Object {
    fileprivate func merging(_ changes: [String: JSON]) -> JSON.Object {
        var copy = self
        for (key, value) in changes { copy[key] = value }
        return copy
    }
}
