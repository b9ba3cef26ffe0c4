import Engine
import Learning

/// Batches of token numbers, padded: a column i32[batch, length] for every kind of row, `lengths` i32[batch], and the arrays of the samples.
public struct TextSource: HostSource {
    /// Token numbers, or labels that go with them token by token.
    public struct Rows: Sendable {
        public let name: String
        public let values: [[Int32]]
        /// What fills the rest of a row.
        public let padding: Int32

        public init(_ name: String, _ values: [[Int32]], padding: Int32 = 0) {
            self.name = name
            self.values = values
            self.padding = padding
        }
    }

    public let rows: [Rows]
    /// One entry a text, such as labels.
    public let samples: Samples?
    public let length: TextLength
    public let batchSize: Int
    public let order: SampleOrder
    public let dropLast: Bool

    /// - Parameter rows: of the same lengths text by text.
    public init(
        _ rows: [Rows], with samples: Samples? = nil, length: TextLength, batch: Int, order: SampleOrder, dropLast: Bool = false
    ) throws {
        guard let first = rows.first, batch > 0, length.limit > 0 else {
            throw DatasetError("text", "\(rows.count) kinds of rows in batches of \(batch), \(length)")
        }
        if case .longest(let multiple, _) = length, multiple < 1 { throw DatasetError("text", "a multiple of \(multiple)") }
        for other in rows {
            guard other.values.count == first.values.count, zip(other.values, first.values).allSatisfy({ $0.count == $1.count }) else {
                throw DatasetError("text", "its rows are not as long as those of '\(first.name)'", at: other.name)
            }
        }
        if let samples, samples.count != first.values.count {
            throw DatasetError("text", "\(first.values.count) texts have \(samples.count) samples", at: samples.names[0])
        }
        self.rows = rows
        self.samples = samples
        self.length = length
        self.batchSize = batch
        self.order = order
        self.dropLast = dropLast
    }

    private var count: Int { rows[0].values.count }
    public var sampleCount: Int { dropLast ? count / batchSize * batchSize : count }

    public func epoch(_ number: Int) -> any HostEpoch { Epoch(self, number) }

    private struct Epoch: HostEpoch {
        let source: TextSource
        let number: Int
        /// The samples of every batch.
        let batches: [[Int]]

        init(_ source: TextSource, _ number: Int) {
            self.source = source
            self.number = number
            var order = source.order.order(of: source.count, epoch: number)
            if case .buckets = source.length, case .shuffled(let seed) = source.order {
                // Without the last ones first, so that the sort cannot decide who is left out.
                order = Array(order[..<source.sampleCount])
                let width = source.rows[0].values.map { source.length.width(min($0.count, source.length.limit)) }
                // By bucket, within one in the shuffled order: the sort is stable.
                order = order.enumerated().sorted { (width[$0.element], $0.offset) < (width[$1.element], $1.offset) }.map(\.element)
                let cut = (0..<source.batchCount).map { Array(order[batchRange($0, of: source.batchSize, in: source.sampleCount)]) }
                // The batch that may not be full stays the last one.
                let full = cut.last?.count == source.batchSize ? cut.count : cut.count - 1
                let places = SampleOrder.shuffled(seed: seed ^ 0x5bd1_e995).order(of: full, epoch: number)
                batches = places.map { cut[$0] } + cut[full...]
            } else {
                batches = (0..<source.batchCount).map { Array(order[batchRange($0, of: source.batchSize, in: source.sampleCount)]) }
            }
        }

        var batchCount: Int { batches.count }

        func batch(_ place: Int) -> HostBatch {
            let chosen = batches[place], limit = source.length.limit
            let counts = chosen.map { min(limit, source.rows[0].values[$0].count) }
            let width = source.length.width(counts.max() ?? 0)
            var names: [String] = [], arrays: [HostArray] = []
            for rows in source.rows {
                var values = [Int32](repeating: rows.padding, count: chosen.count * width)
                for (row, sample) in chosen.enumerated() {
                    values.replaceSubrange(row * width..<row * width + counts[row], with: rows.values[sample][..<counts[row]])
                }
                names.append(rows.name)
                arrays.append(HostArray(values, [chosen.count, width]))
            }
            names.append("lengths")
            arrays.append(HostArray(counts.map(Int32.init), [chosen.count]))
            for (name, array) in zip(source.samples?.names ?? [], source.samples?.arrays ?? []) {
                names.append(name)
                arrays.append(array.gathered(chosen))
            }
            return HostBatch(epoch: number, number: place, samples: chosen, names: names, arrays: arrays)
        }
    }
}

extension LabelledText {
    /// Batches of `tokens` i32[batch, length], `lengths` i32[batch] and `labels` i32[batch].
    public func source(
        _ tokenizer: some Tokenizer, _ vocabulary: Vocabulary, length: TextLength, batch: Int, order: SampleOrder, dropLast: Bool = false
    ) throws -> TextSource {
        try TextSource(
            [.init("tokens", texts.map { vocabulary.encode(tokenizer.tokens($0)) })],
            with: Samples(["labels": HostArray(labels, [count])]), length: length, batch: batch, order: order, dropLast: dropLast)
    }
}
