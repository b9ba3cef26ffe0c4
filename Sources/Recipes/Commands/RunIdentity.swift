import Formats
import Learning

/// What a run in a folder was started with: data, features, net and training. A run of another kind does not go on from its checkpoint.
struct RunIdentity {
    private static let file = "recipe.json"
    private let value: JSON
    /// With what may change from one day to another.
    private let whole: JSON

    init(_ plan: TrainingPlan) throws {
        var recipe = try JSON(encoding: plan.recipe).object ?? [:]
        recipe["seed"] = JSON(plan.seed)
        recipe["dataHash"] = .string(plan.dataHash)
        // As it comes back from another process or a file, where a whole number is a whole number.
        whole = try JSON(parsing: JSON.object(recipe).bytes())
        // What is measured and written about a run does not change it, and more epochs may be asked for than before.
        for key in ["title", "evaluate", "compare", "ship"] { recipe[key] = nil }
        var train = recipe["train"]?.object ?? [:]
        train["epochs"] = nil
        recipe["train"] = .object(train)
        value = try JSON(parsing: JSON.object(recipe).bytes())
    }

    /// Takes a folder for a run.
    ///
    /// - Parameter startsAnew: whether what is there counts for nothing.
    /// - Throws: if it holds a run that was started with something else, naming what.
    func claim(_ folder: String, startsAnew: Bool) throws {
        let path = Files.join(folder, Self.file)
        if !startsAnew, Files.exists(path), Files.exists(Files.join(folder, "last.safetensors")) {
            let before = try JSON(parsing: Files.read(path, limit: 1 << 24), at: path)
            let changed = Self.differences(before, value, at: "")
            guard changed.isEmpty else {
                throw RecipeError(
                    "train",
                    "holds a run with another \(changed.prefix(5).joined(separator: ", ")): take another folder, or begin anew with --fresh",
                    at: folder)
            }
            return
        }
        try Files.makeFolder(folder)
        try Files.replace(path, with: value.bytes(isPretty: true))
    }

    /// - Throws: in every process that was started with something else than the first one, naming what.
    func agree(in group: ProcessGroup) throws {
        let first = try JSON(parsing: group.broadcast(whole.bytes()), at: "process 0")
        let changed = Self.differences(first, whole, at: "")
        guard changed.isEmpty else {
            throw RecipeError(
                "train", "process \(group.rank) has another \(changed.prefix(5).joined(separator: ", ")) than process 0",
                at: "\(group.settings.rendezvous)")
        }
    }

    /// The places where two values differ.
    private static func differences(_ one: JSON, _ other: JSON, at place: String) -> [String] {
        if one == other { return [] }
        guard let a = one.object, let b = other.object else { return [place] }
        let keys = a.keys + b.keys.filter { a[$0] == nil }
        return keys.flatMap { differences(a[$0] ?? .null, b[$0] ?? .null, at: place.isEmpty ? $0 : "\(place).\($0)") }
    }
}
