import Engine
import Formats
public import Learning

/// What becomes of raw data before a net sees them: the part of a bundle that lets it answer without its recipe.
///
/// In the bundle it is JSON with a `kind` and a `version`; a bundle of a later version than this program knows is refused.
public enum Preparation: Sendable {
    case pictures(PicturePreparation)
    case sound(SoundPreparation)
    case text(TextCoder)
    case series(SeriesPreparation)
    case table(TableIntake)

    /// What this program writes, and reads at most.
    static let version = 1

    /// - Throws: if the bundle says nothing of this kind, or something else than its own input takes.
    public init(_ bundle: ModelBundle) throws {
        func refuse(_ reason: String) -> RecipeError { RecipeError("run", reason, at: bundle.name) }
        guard let stored = bundle.features, let kind = stored["kind"]?.string else {
            throw refuse("the bundle does not say how its inputs are prepared")
        }
        let version = stored["version"]?.int ?? 0
        guard (1...Self.version).contains(version) else {
            throw refuse("its inputs are prepared by version \(version) of '\(kind)', this program knows up to \(Self.version)")
        }
        let prepared: Preparation, width: Int, dtype: DType
        do {
            switch kind {
            case "pictures":
                let preparation = try stored.decoded(as: PicturePreparation.self)
                try preparation.check()
                (prepared, width, dtype) = (.pictures(preparation), preparation.count, .f32)
            case "sound":
                let preparation = try stored.decoded(as: SoundPreparation.self)
                try preparation.check()
                (prepared, width, dtype) = (.sound(preparation), preparation.count, .f32)
            case "text":
                let coder = try TextCoder(stored)
                (prepared, width, dtype) = (.text(coder), coder.width, .i32)
            case "series":
                let preparation = try stored.decoded(as: SeriesPreparation.self)
                try preparation.check()
                (prepared, width, dtype) = (.series(preparation), preparation.count, .f32)
            case "table":
                self = .table(try TableIntake(bundle))
                return
            default: throw refuse("this program cannot prepare '\(kind)'")
            }
        } catch let error as FormatError {
            throw refuse("what it says of its inputs is damaged: \(error)")
        }
        guard let input = bundle.signature.inputs.first, bundle.signature.inputs.count == 1 else {
            throw refuse("it takes \(bundle.signature.inputs.count) inputs, one is needed")
        }
        let taken = input.shape.dropFirst().reduce(1) { if case .fixed(let extent) = $1 { $0 * extent } else { $0 } }
        guard input.dtype == dtype, taken == width else {
            throw refuse("it takes \(input), but its inputs are prepared as \(width) numbers of \(dtype)")
        }
        self = prepared
    }

    /// What it answers, for messages.
    public var word: String {
        switch self {
        case .pictures: "pictures"
        case .sound: "sound"
        case .text: "text"
        case .series: "series"
        case .table: "rows of a table"
        }
    }
}
