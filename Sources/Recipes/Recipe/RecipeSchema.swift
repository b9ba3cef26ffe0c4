import Datasets
import Features
import Learning

/// What may stand in a recipe.
public enum RecipeSchema {
    private static let count = Schema.whole(1...1_000_000_000)
    private static let size = Schema.whole(1...1_000_000)
    private static let share = Schema.number(0...1)
    private static let positive = Schema.number(0...1e9)

    public static let recipe = Schema.object([
        .init("name", .text, isRequired: true, "what the run and the bundle are called"),
        .init("title", .text, "one line for reports"),
        .init("data", data, isRequired: true, "where samples come from and which of them test"),
        .init("features", .anything, "for tables: which columns, derived columns, windows and scales become inputs, and the target"),
        .init("model", model, isRequired: true, "which net"),
        .init("train", train, isRequired: true, "how it is trained"),
        .init("evaluate", evaluate, isRequired: true, "what is measured"),
        .init("compare", compare, "what the result is set beside"),
        .init("ship", names(Recipe.Ship.self), "whether the bundle holds the net or the best model on the validation part"),
    ])

    static let data = Schema.object([
        .init("kind", names(DataSettings.Kind.self), isRequired: true, "what lies at the path"),
        .init("path", .text, "a folder or a file; ${data} stands for the folder of the data sets"),
        .init("train", .text, "the file of the training part"), .init("validate", .text, "the file of the validation part"),
        .init("test", .text, "the file of the test part"),
        .init("validation", share, "share of the training part that validates"),
        .init("testing", share, "share of the rows that test"),
        .init("split", names(DataSettings.Rule.self), "how rows are divided; group where one is named, else random"),
        .init("group", .text, "the column whose equal values stay together"),
        .init("order", .text, "the column that orders rows, for split: time and for the remaining life"),
        .init("names", .list(.text), "column names of a file without a header"),
        .init("format", names(TableFormat.self), "of a table, where its name does not tell it"),
        .init("delimiter", .text, "between the columns of a text file; a space stands for any number of them"),
        .init(
            "remaining",
            .object([
                .init("column", .text, isRequired: true, "the name of the new column"),
                .init("test", .text, "a file with the life left to each group of the test part"),
            ]), "adds the steps left to each group as a column"),
        .init("lookBack", size, "steps of a series that are seen"), .init("horizon", size, "steps that are forecast"),
        .init("parts", .list(count), "steps of a series in its training, validation and test part"),
        .init("size", size, "side of the pictures in pixels"),
        .init("leaveOut", .choice(["takes", "speakers"]), "which spoken digits test"),
    ])

    static let model = Schema.object([
        .init("kind", names(ModelSettings.Kind.self), isRequired: true, "which net"),
        .init("width", size, "channels of the first layer"), .init("hidden", .whole(0...1_000_000), "units of a hidden layer"),
        .init("depth", .whole(1...1_000), "hidden layers"), .init("dropout", .number(0...0.99), "share that is dropped in training"),
        .init("bins", .whole(0...1_000), "bins of the piecewise-linear codes of numbers"), .init("embedding", size, "numbers for a code"),
        .init("period", .whole(0...1_000_000), "steps of a season"),
        .init("isLinear", .flag, "whether the forecast has a linear part"), .init("filters", size, "filters of each width over words"),
        .init("wordDropout", .number(0...0.99), "share of the words' numbers that is dropped in training"),
        .init("gramDropout", .number(0...0.99), "share of the character n-grams that is dropped in training"),
    ])

    static let train = Schema.object([
        .init("optimizer", .choice(OptimizerNames.all), "the rule of the updates"), .init("rate", positive, "the learning rate"),
        .init("decay", positive, "weight decay"),
        .init("schedule", .anything, "how the rate changes: cosine, or {kind: cosine, per: step, warmUp: 100}"),
        .init("epochs", size, isRequired: true, "passes over the data"),
        .init("batch", size, "samples of a step"), .init("precision", .choice(["f32", "bf16"]), "of the heavy operations"),
        .init("clip", positive, "largest norm of the gradient"), .init("average", .number(0...0.999999), "kept share of averaged weights"),
        .init("smoothing", .number(0...0.99), "label smoothing"),
        .init("loss", .choice(["cross-entropy", "mse", "mae", "huber"]), "what is made small"),
        .init("earlyStopping", size, "epochs without a better score until training ends"),
        .init(
            "augment",
            .object([
                .init("shift", .whole(0...100_000), "pixels or samples"), .init("rotate", .number(0...180), "degrees"),
                .init("scale", share, "share"), .init("flip", .flag, "left and right change places"),
                .init("cutout", .whole(0...10_000), "side of a square that is filled"),
                .init("brightness", share, "share"), .init("noise", positive, "deviation of added noise"),
                .init("speed", share, "share by which sound is faster or slower"), .init("pitch", share, "share by which bands move"),
                .init("masks", .whole(0...100), "bands and times that are silenced"), .init("words", share, "words that become unknown"),
            ]), "random changes in training"),
        .init("repeats", .whole(1...10_000), "passes over the data in an epoch"),
    ])

    static let evaluate = Schema.object([
        .init("metric", .choice(OutputMetric.names), isRequired: true, "the one that counts"),
        .init("also", .list(.choice(OutputMetric.names)), "others to state"),
        .init("over", names(EvaluateSettings.Over.self), "which runs are averaged"), .init("runs", .whole(1...1_000), "how many"),
        .init("ensemble", .whole(1...1_000), "nets whose answers are averaged in each run"),
        .init("mirror", .flag, "averages a picture and its mirror image"),
    ])

    static let compare = Schema.object([
        .init("floor", .number(-1e9...1e9), "reached by a simple model"), .init("published", .map(.number(-1e9...1e9)), "by name"),
        .init("baselines", .list(names(BaselineKind.self)), "shallow models to train beside; those that fit the data if left out"),
    ])

    private static func names<Names: CaseIterable & RawRepresentable<String>>(_ type: Names.Type) -> Schema {
        .choice(type.allCases.map(\.rawValue))
    }
}
