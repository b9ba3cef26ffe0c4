import Foundation

/// The lines of `Golden/<name>.jsonl`.
func goldenLines(_ name: String) throws -> [Data] {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    return try Data(contentsOf: folder.appendingPathComponent("Golden/\(name).jsonl")).split(separator: UInt8(ascii: "\n")).map { Data($0) }
}

/// The largest difference of two elements at the same place; infinite for different lengths.
func largestDifference(_ a: [Float], _ b: [Float]) -> Float {
    a.count == b.count ? zip(a, b).map { abs($0 - $1) }.max() ?? 0 : .infinity
}
