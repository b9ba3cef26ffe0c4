import Foundation

/// Rows of numbers and their labels, from comma-separated lines with a header; the label stands last.
struct Table {
    var rows: [[Float]] = []
    var labels: [Int] = []

    init(_ path: String) throws {
        for line in try String(contentsOfFile: path, encoding: .utf8).split(whereSeparator: \.isNewline).dropFirst() {
            let cells = line.split(separator: ",").map { Double($0) ?? .nan }
            rows.append(cells.dropLast().map { Float($0) })
            labels.append(Int(cells[cells.count - 1]))
        }
    }
}

/// One line of results.
func report(_ values: [String: Any]) {
    let data = try! JSONSerialization.data(withJSONObject: values, options: [.sortedKeys])
    FileHandle.standardOutput.write(data + Data("\n".utf8))
}

func seconds(_ body: () -> Void) -> Double {
    let clock = ContinuousClock(), time = clock.measure(body).components
    return Double(time.seconds) + Double(time.attoseconds) * 1e-18
}
