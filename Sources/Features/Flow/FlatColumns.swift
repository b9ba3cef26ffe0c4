/// Where the columns of a definition lie in flat events.
///
/// A column that is read as a string is looked for among the texts first, then among the numbers, which are taken by how they are
/// written: 3 for 3.0. Truth values among the numbers are 1 and 0 there as well.
public struct FlatColumns: Sendable {
    enum Source: Sendable, Hashable {
        case device
        case time
        case number(Int)
        case text(Int)
    }

    /// For each slot of raw numbers.
    let raw: [Source]
    /// For each group that encodes strings its columns.
    let strings: [[Source]]
    let entity: [Source]
    let numberCount: Int
    let textCount: Int

    /// - Parameters:
    ///   - numbers: the columns of the numbers and timestamps, in their order in a row.
    ///   - texts: the columns of the texts.
    ///   - device: under which name the definition knows the events' device, if no text has this name.
    ///   - time: under which name it knows the events' time, if no number has this name.
    /// - Throws: `FeatureError` where a column that the definition needs is not there.
    public init(_ features: FittedFeatures, numbers: [String], texts: [String], device: String? = nil, time: String? = nil) throws {
        let plan = features.machine.plan
        func missing(_ name: String) -> FeatureError {
            FeatureError("stream", "the events have no '\(name)'\(hint(for: name, among: numbers + texts))")
        }
        func number(_ name: String) throws -> Source {
            if let place = numbers.firstIndex(of: name) { return .number(place) }
            if name == time { return .time }
            if texts.contains(name) { throw FeatureError("stream", "a number is needed, the events have a text", at: name) }
            throw missing(name)
        }
        func string(_ name: String) throws -> Source {
            if let place = texts.firstIndex(of: name) { return .text(place) }
            if name == device { return .device }
            if let place = numbers.firstIndex(of: name) { return .number(place) }
            throw missing(name)
        }
        raw = try plan.raw.map { try number($0.name) }
        strings = try plan.groups.map { group in group.encoder == nil ? [] : try group.columns.map(string) }
        entity = try plan.definition.entity.map(string)
        (numberCount, textCount) = (numbers.count, texts.count)
    }
}

extension FlatEvents {
    /// A column's value as a string; nil where it is missing.
    func text(_ source: FlatColumns.Source, _ row: Int, _ columns: FlatColumns) -> String? {
        switch source {
        case .device: return devices[row]
        case .time: return "\(times[row])"
        case .text(let place): return texts[row * columns.textCount + place]
        case .number(let place):
            let value = numbers[row * columns.numberCount + place]
            return value.isNaN ? nil : Cell.text(of: value)
        }
    }
}
