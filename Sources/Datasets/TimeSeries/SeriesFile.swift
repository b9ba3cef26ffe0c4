import Engine

/// Labelled time series of the UCR and UEA archives, read from `.ts` files.
public struct SeriesFile: Sendable {
    public let name: String
    /// The class names in the file's order, or empty for a file without classes.
    public let classes: [String]
    public let dimensions: Int
    /// A series: its dimensions one after the other, each as long as the series.
    public let series: [[[Float]]]
    public let labels: [Int32]

    /// - Parameter path: a file, or `archive.zip/member.ts`. A missing value (`?`) becomes NaN.
    public init(_ path: String) throws {
        try self.init(FileBytes.read(path, for: "ts"), at: path)
    }

    init(_ bytes: [UInt8], at place: String) throws {
        var name = "", classes: [String] = [], stated: Int?, hasClasses = false, isData = false
        var series: [[[Float]]] = [], labels: [Int32] = []
        for (index, line) in try TextEncoding.utf8.decode(bytes, for: "ts", at: place).lines.enumerated() {
            let number = index + 1, text = line.trimmed
            if text.isEmpty || text.hasPrefix("#") || text.hasPrefix("%") { continue }
            if !isData {
                let words = text.split { $0 == " " || $0 == "\t" }, key = words[0].lowercased()
                let value = words.count > 1 ? words[1] : ""
                guard key.hasPrefix("@") else { throw DatasetError("ts", "line \(number) comes before @data", at: place) }
                switch key {
                case "@problemname": name = String(value)
                case "@timestamps":
                    guard value.lowercased() != "true" else {
                        throw DatasetError("ts", "has time stamps; only evenly spaced series are read", at: place)
                    }
                case "@dimensions", "@dimension":
                    guard let count = Int(value), 1...65_536 ~= count else {
                        throw DatasetError("ts", "line \(number): '\(value)' dimensions", at: place)
                    }
                    stated = count
                case "@univariate": if value.lowercased() == "true" { stated = 1 }
                case "@classlabel":
                    hasClasses = value.lowercased() == "true"
                    classes = hasClasses ? words.dropFirst(2).map(String.init) : []
                case "@data": isData = true
                default: break
                }
                continue
            }
            var parts = text.split(separator: ":", omittingEmptySubsequences: false)
            if hasClasses {
                let label = parts.removeLast().trimmed
                guard let found = classes.firstIndex(of: String(label)) else {
                    throw DatasetError(
                        "ts", "line \(number) has the class '\(label.prefix(40))', the header names \(classes.prefix(20))", at: place)
                }
                labels.append(Int32(found))
            }
            guard !parts.isEmpty, parts.count == stated ?? series.first?.count ?? parts.count else {
                throw DatasetError(
                    "ts", "line \(number) has \(parts.count) dimensions, not \(stated ?? series.first?.count ?? 1)", at: place)
            }
            let dimensions = try parts.map { part in
                try part.split(separator: ",", omittingEmptySubsequences: false).map { value -> Float in
                    let value = value.trimmed
                    if value == "?" { return .nan }
                    guard let number = Float(value) else {
                        throw DatasetError("ts", "line \(number): '\(value.prefix(40))' is no number", at: place)
                    }
                    return number
                }
            }
            guard dimensions.allSatisfy({ $0.count == dimensions[0].count }) else {
                throw DatasetError("ts", "line \(number) has dimensions of different lengths", at: place)
            }
            series.append(dimensions)
        }
        guard isData, let first = series.first else { throw DatasetError("ts", "has no series", at: place) }
        self.name = name
        self.classes = classes
        self.dimensions = first.count
        self.series = series
        self.labels = labels
    }

    public var count: Int { series.count }
    /// The longest series.
    public var longest: Int { series.map { $0[0].count }.max() ?? 0 }

    /// `signals` f32[count, time, dimensions], shorter series filled with zeros at their end; `lengths` i32[count] and `labels` i32[count].
    ///
    /// - Parameter length: steps; longer series are cut. The longest series of this file by default.
    public func samples(length: Int? = nil) throws -> Samples {
        let time = length ?? longest
        // One long series among many short ones would take far more memory than the file.
        guard time >= 0, boundedProduct([count, time, dimensions], limit: 1 << 30) != nil else {
            throw DatasetError("ts", "\(count) series of \(time) steps and \(dimensions) dimensions are too many numbers", at: name)
        }
        var values = [Float](repeating: 0, count: count * time * dimensions)
        for (row, series) in series.enumerated() {
            for (dimension, steps) in series.enumerated() {
                for (step, value) in steps.prefix(time).enumerated() { values[(row * time + step) * dimensions + dimension] = value }
            }
        }
        let lengths = HostArray(series.map { Int32(min(time, $0[0].count)) }, [count])
        let samples = Samples(["signals": HostArray(values, [count, time, dimensions]), "lengths": lengths], classes: classes)
        return labels.isEmpty ? samples : samples.with("labels", HostArray(labels, [count]))
    }
}

extension Substring {
    /// Without white space at both ends.
    var trimmed: Substring {
        var rest = drop { $0.isWhitespace }
        while let last = rest.last, last.isWhitespace { rest.removeLast() }
        return rest
    }
}
