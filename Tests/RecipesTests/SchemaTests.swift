import Formats
import Testing

@testable import Recipes

@Suite("Schema") struct SchemaTests {
    private let smallest = """
        name: digits
        data: {kind: digits, path: data}
        model: {kind: resnet9}
        train: {epochs: 2}
        evaluate: {metric: accuracy}
        """

    @Test func `the smallest recipe is read`() throws {
        let recipe = try Recipe(yaml: smallest, at: "a.yaml")
        #expect(recipe.name == "digits")
        #expect(recipe.model.kind == .resnet9)
        #expect(recipe.train.epochs == 2)
    }

    @Test func `changes from the command line come last`() throws {
        let recipe = try Recipe(yaml: smallest, at: "a.yaml", setting: ["train.rate=0.5", "train.augment.shift=2", "model.kind=cifar"])
        #expect(recipe.train.rate == 0.5)
        #expect(recipe.train.augment?.shift == 2)
        #expect(recipe.model.kind == .cifar)
    }

    @Test(arguments: [
        ("train: {epochs: 2}", "train: {epochs: 2, rat: 1}", "train.rat: unknown key; did you mean 'rate'?"),
        ("train: {epochs: 2}", "train: {epochs: two}", "train.epochs: expected a whole number, got a string \"two\""),
        ("train: {epochs: 2}", "train: {}", "train.epochs: is missing: passes over the data"),
        (
            "kind: resnet9", "kind: resnet",
            "model.kind: 'resnet' is not one of cifar, resnet9, spectrogram, perceptron, window, forecaster, text-cnn; did you mean 'resnet9'?"
        ),
        ("{epochs: 2}", "{epochs: 0}", "train.epochs: 0 is not between 1 and 1000000"),
    ]) func `what is wrong is said with its place and a guess`(_ from: String, _ to: String, _ message: String) {
        var text = smallest
        text.replace(from, with: to)
        do {
            _ = try Recipe(yaml: text, at: "a.yaml")
            Issue.record("was taken: \(to)")
        } catch {
            #expect("\(error)" == "recipe 'a.yaml': \(message)")
        }
    }

    @Test func `every key of a recipe's type stands in the schema and the other way round`() throws {
        // A recipe with every key of the schema decodes, and encodes to the same keys.
        func keys(_ json: JSON, _ place: String = "") -> Set<String> {
            guard let object = json.object else { return [] }
            return object.reduce(into: []) { found, entry in
                found.insert(place + entry.0)
                found.formUnion(keys(entry.1, place + entry.0 + "."))
            }
        }
        func sample(_ schema: Schema) -> JSON {
            switch schema {
            case .text: "a"
            case .choice(let names): .string(names[0])
            case .flag: true
            case .whole(let range): JSON(max(1, range.lowerBound))
            case .number(let range): .number(min(0.5, range.upperBound))
            case .list(let element): [sample(element)]
            case .map(let element): ["other": sample(element)]
            case .object(let properties): .object(JSON.Object(properties.map { ($0.name, sample($0.schema)) }))
            case .anything: .null
            }
        }
        var whole = sample(RecipeSchema.recipe).object!
        whole["features"] = nil
        let recipe = try Recipe(.object(whole), at: "")
        let expected = keys(.object(whole)).subtracting(["features", "train.schedule"])
        #expect(keys(try JSON(encoding: recipe)).subtracting(["features", "train.schedule"]) == expected)
    }

    @Test func `damaged recipes are refused or read, never worse`() {
        var random = SystemRandomNumberGenerator()
        let bytes = Array(smallest.utf8)
        for _ in 0..<3_000 {
            var damaged = bytes
            for _ in 0...Int.random(in: 0..<4, using: &random) {
                damaged[Int.random(in: damaged.indices, using: &random)] = UInt8.random(in: 9...126, using: &random)
            }
            _ = try? Recipe(yaml: String(decoding: damaged, as: UTF8.self), at: "")
        }
    }
}
