import Datasets

/// Opens a table and reads it to its end.
struct Scanning {
    private let path: String
    private var columns: [String] = []
    private var filter: Filter?

    init(_ arguments: [String]) {
        path = arguments[0]
        for word in arguments.dropFirst() {
            let parts = word.split(separator: "<")
            if parts.count == 2, let bound = Int64(parts[1]) {
                filter = .compare(String(parts[0]), .less, .int(bound))
            } else {
                columns.append(word)
            }
        }
    }

    func run() throws {
        var rows = 0
        let seconds = try Stopwatch.seconds {
            rows = 0
            let scan = try Table(at: path).scan(columns: columns.isEmpty ? nil : columns, where: filter)
            while let batch = try scan.next() { rows += batch.rowCount }
        }
        print("{\"rows\":\(rows),\"seconds\":\(seconds)}")
    }
}
