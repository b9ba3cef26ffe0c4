public import Formats

extension SeededRandom {
    /// A changed copy of a document, by one or two changes somewhere in it.
    public mutating func changed(_ value: JSON) -> JSON {
        var value = value
        for _ in 0...below(2) { value = change(value, at: below(count(value))) }
        return value
    }

    /// Values in the document.
    private func count(_ value: JSON) -> Int {
        switch value {
        case .array(let elements): elements.reduce(1) { $0 + count($1) }
        case .object(let object): object.values.reduce(1) { $0 + count($1) }
        default: 1
        }
    }

    /// Changes the value that has this number, counted from the front.
    private mutating func change(_ value: JSON, at place: Int) -> JSON {
        if place == 0 { return replacement(of: value) }
        var place = place - 1
        switch value {
        case .array(var elements):
            for index in elements.indices {
                let size = count(elements[index])
                if place < size {
                    elements[index] = change(elements[index], at: place)
                    return .array(elements)
                }
                place -= size
            }
        case .object(var object):
            for key in object.keys {
                let size = count(object[key]!)
                if place < size {
                    object[key] = change(object[key]!, at: place)
                    return .object(object)
                }
                place -= size
            }
        default: break
        }
        return value
    }

    private mutating func replacement(of value: JSON) -> JSON {
        switch value {
        case .integer(let number):
            let others: [Int64] = [
                0, 1, -1, -2, 2, 3, number &+ 1, number &- 1, number &* 2, 7, 255, 1 << 16, 1 << 31, -1 << 31, .max, .min,
            ]
            return .integer(others[below(others.count)])
        case .number(let number): return [.number(0), .number(-number), .number(1e300), "nan", "inf", 3, .number(0.5)][below(7)]
        case .bool(let truth): return .bool(!truth)
        case .string:
            return ["", "add", "f32", "relu", "sum", "matmul", "input", "read", "constant", "same", "max", "graph.constant.0", "first"][
                below(13)]
        case .array(var elements):
            if elements.isEmpty { return [0] }
            let place = below(elements.count)
            switch below(5) {
            case 0: elements.remove(at: place)
            case 1: elements.append(elements[place])
            case 2: elements.swapAt(place, below(elements.count))
            case 3: elements = []
            default: elements.insert(elements[place], at: 0)
            }
            return .array(elements)
        case .object(var object):
            guard !object.isEmpty else { return .null }
            let key = object.keys[below(object.count)]
            if below(3) == 0 { object[object.keys[below(object.count)]] = object[key] } else { object[key] = nil }
            return .object(object)
        default: return 0
        }
    }
}
