import CArrow
import Engine

extension RecordBatch {
    /// About how many bytes the rows take in memory.
    var bytes: Int { columns.reduce(0) { $0 + $1.bytes } }
}

extension RecordColumn {
    var bytes: Int {
        let bitmap = (count + 7) / 8
        if let element = layout.element { return bitmap + (element == .bool ? bitmap : count * element.size) }
        if dictionary != nil { return bitmap + count * (Layout("", layout.format).element?.size ?? 4) }
        if layout.format.hasPrefix("w:"), let width = Int(layout.format.dropFirst(2)) { return bitmap + count * width }
        if layout.format.hasPrefix("+w:"), let length = Int(layout.format.dropFirst(3)), let elements {
            return bitmap + elements.slice(offset * length..<(offset + count) * length).bytes
        }
        switch layout.format {
        case "u", "z", "+l":
            guard let ends = buffer(1)?.assumingMemoryBound(to: Int32.self) else { return bitmap }
            let first = Int(ends[offset]), last = Int(ends[offset + count])
            return bitmap + count * 4 + (elements.map { $0.slice(first..<last).bytes } ?? last - first)
        case "U", "Z", "+L":
            guard let ends = buffer(1)?.assumingMemoryBound(to: Int64.self) else { return bitmap }
            let first = Int(ends[offset]), last = Int(ends[offset + count])
            return bitmap + count * 8 + (elements.map { $0.slice(first..<last).bytes } ?? last - first)
        default: return bitmap + count * 16
        }
    }
}
