import Datasets
import Engine
import Features
import Formats

/// Texts: the lines of a `.txt` file, also of one that gzip has packed, or a column of a table.
struct TextItems: ItemSource {
    private let frames: FrameSource
    private let coder: TextCoder
    private let column: String
    private var row = 0

    private enum FrameSource {
        case scan(TableScan)
        case lines([Substring], batch: Int)
    }

    /// - Parameter column: of a table; left out it is `text`, or the only one of text.
    init(_ path: String, _ coder: TextCoder, column: String?, batch: Int, table: (String) throws -> Table) throws {
        self.coder = coder
        let plain = path.hasSuffix(".gz") ? String(path.dropLast(3)) : path
        if plain.lowercased().hasSuffix(".txt") {
            self.column = "text"
            frames = .lines(try TextEncoding.latin1.lines(path, for: "run"), batch: batch)
            return
        }
        let table = try table(path), texts = table.fields.filter { [.string, .dictionary(of: .string)].contains($0.type) }.map(\.name)
        if let column {
            guard texts.contains(column) else {
                throw RecipeError("run", "has no column of text '\(column)'\(Schema.guess(column, table.fields.map(\.name)))", at: path)
            }
            self.column = column
        } else {
            guard let found = texts.contains("text") ? "text" : texts.count == 1 ? texts[0] : nil else {
                throw RecipeError(
                    "run", "say with --column which of its columns holds the text: \(texts.joined(separator: ", "))", at: path)
            }
            self.column = found
        }
        frames = .scan(try table.scan())
    }

    mutating func next() throws -> ItemBatch? {
        let frame: Frame, bytes: [[UInt8]?]
        switch frames {
        case .scan(let scan):
            guard let piece = try scan.next() else { return nil }
            frame = try piece.frame()
            let cells = try frame.column(column)
            bytes = (0..<frame.rowCount).map { row in if case .string(let text) = cells[row] { Array(text.utf8) } else { nil } }
        case .lines(let lines, let batch):
            guard row < lines.count else { return nil }
            let chosen = lines[row..<min(row + batch, lines.count)]
            // Each scalar of the line is a byte of the file.
            bytes = chosen.map { $0.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) } }
            frame = try Frame([
                "row": Column(Array(row..<row + chosen.count)),
                "text": Column(bytes.map { String(decoding: $0 ?? [], as: UTF8.self) }),
            ])
        }
        defer { row += frame.rowCount }
        var texts: [String] = [], rows: [Int] = [], problems: [ItemBatch.Problem] = []
        for (place, bytes) in bytes.enumerated() {
            let text = bytes.map(TextCoder.text(ofBytes:))
            if let text, coder.hasWords(text) {
                texts.append(text)
                rows.append(place)
            } else {
                problems.append(.init(row: place, name: "row \(row + place)", reason: text == nil ? "has no text" : "has no words"))
            }
        }
        return ItemBatch(frame: frame, values: .whole(coder.rows(texts).values(Int32.self)), rows: rows, problems: problems)
    }
}
