/// An arithmetic expression over columns, compiled for a stack.
///
/// `+ - * / ^`, parentheses, numbers, names of columns (in backticks where they hold other signs than letters, digits, `_` and `.`), and
/// the functions `abs`, `sqrt`, `exp`, `log`, `log1p`, `min(a, b)`, `max(a, b)`. A power binds closest and to the right.
struct Expression {
    enum Instruction: Sendable, Hashable {
        case column(Int)
        case constant(Double)
        case add, subtract, multiply, divide, raise, negate
        case absolute, root, exponential, logarithm, logarithmOfOnePlus, least, greatest
    }

    private(set) var instructions: [Instruction] = []
    /// The columns in the order in which they are first named.
    private(set) var columns: [String] = []
    private(set) var depth = 0

    private var text: [Unicode.Scalar]
    private var place = 0
    private var height = 0
    private var nesting = 0

    /// Longest text and deepest nesting that are taken.
    static let longest = 4096, deepest = 64

    init(_ text: String) throws {
        self.text = Array(text.unicodeScalars.prefix(Expression.longest + 1))
        if self.text.count > Expression.longest { throw FeatureError("expression", "longer than \(Expression.longest) letters") }
        try sum()
        skip()
        if place < self.text.count { throw refuse("'\(self.text[place])' is not expected") }
        self.text = []
    }

    private func refuse(_ reason: String) -> FeatureError {
        FeatureError("expression", "\(reason) (letter \(place + 1))", at: String(String.UnicodeScalarView(text)))
    }

    private mutating func skip() { while place < text.count, text[place].properties.isWhitespace { place += 1 } }

    private mutating func take(_ sign: Unicode.Scalar) -> Bool {
        skip()
        guard place < text.count, text[place] == sign else { return false }
        place += 1
        return true
    }

    private mutating func emit(_ instruction: Instruction, takes: Int) throws {
        instructions.append(instruction)
        height += 1 - takes
        depth = max(depth, height)
        if depth > Expression.deepest { throw refuse("nested deeper than \(Expression.deepest)") }
    }

    private mutating func sum() throws {
        nesting += 1
        defer { nesting -= 1 }
        if nesting > Expression.deepest { throw refuse("nested deeper than \(Expression.deepest)") }
        try product()
        while true {
            if take("+") {
                try product()
                try emit(.add, takes: 2)
            } else if take("-") {
                try product()
                try emit(.subtract, takes: 2)
            } else {
                return
            }
        }
    }

    private mutating func product() throws {
        try signed()
        while true {
            if take("*") {
                try signed()
                try emit(.multiply, takes: 2)
            } else if take("/") {
                try signed()
                try emit(.divide, takes: 2)
            } else {
                return
            }
        }
    }

    private mutating func signed() throws {
        nesting += 1
        defer { nesting -= 1 }
        if nesting > Expression.deepest { throw refuse("nested deeper than \(Expression.deepest)") }
        if take("-") {
            try signed()
            try emit(.negate, takes: 1)
        } else {
            try operand()
            if take("^") {
                try signed()
                try emit(.raise, takes: 2)
            }
        }
    }

    private mutating func operand() throws {
        skip()
        guard place < text.count else { throw refuse("a number or a column is expected at the end") }
        if take("(") {
            try sum()
            if !take(")") { throw refuse("')' is expected") }
            return
        }
        let first = text[place]
        if first == "`" {
            let start = place + 1
            guard let end = text[start...].firstIndex(of: "`") else { throw refuse("the name has no second backtick") }
            place = end + 1
            return try column(String(String.UnicodeScalarView(text[start..<end])))
        }
        if first.properties.numericType == .decimal || first == "." { return try number() }
        guard first.properties.isAlphabetic || first == "_" else { throw refuse("'\(first)' is not expected") }
        let start = place
        while place < text.count,
            text[place].properties.isAlphabetic || text[place].properties.numericType != nil || "_.".unicodeScalars.contains(text[place])
        {
            place += 1
        }
        let name = String(String.UnicodeScalarView(text[start..<place]))
        if take("(") { return try call(name) }
        try column(name)
    }

    private mutating func number() throws {
        let start = place
        func isDigit(_ sign: Unicode.Scalar) -> Bool { sign >= "0" && sign <= "9" || sign == "." }
        while place < text.count, isDigit(text[place]) { place += 1 }
        if place < text.count, text[place] == "e" || text[place] == "E" {
            let mark = place
            place += 1
            if place < text.count, text[place] == "-" || text[place] == "+" { place += 1 }
            if place < text.count, isDigit(text[place]) {
                while place < text.count, isDigit(text[place]) { place += 1 }
            } else {
                place = mark
            }
        }
        guard let value = Double(String(String.UnicodeScalarView(text[start..<place]))), value.isFinite else {
            throw refuse("a number is expected")
        }
        try emit(.constant(value), takes: 0)
    }

    private mutating func column(_ name: String) throws {
        let index = columns.firstIndex(of: name) ?? columns.count
        if index == columns.count { columns.append(name) }
        try emit(.column(index), takes: 0)
    }

    private static let functions: [(name: String, operands: Int, instruction: Instruction)] = [
        ("abs", 1, .absolute), ("sqrt", 1, .root), ("exp", 1, .exponential), ("log", 1, .logarithm), ("log1p", 1, .logarithmOfOnePlus),
        ("min", 2, .least), ("max", 2, .greatest),
    ]

    private mutating func call(_ name: String) throws {
        guard let function = Expression.functions.first(where: { $0.name == name }) else {
            throw refuse("no function '\(name)'\(hint(for: name, among: Expression.functions.map(\.name)))")
        }
        for operand in 0..<function.operands {
            if operand > 0, !take(",") { throw refuse("\(name) takes \(function.operands) operands") }
            try sum()
        }
        if !take(")") { throw refuse("')' is expected") }
        try emit(function.instruction, takes: function.operands)
    }

    /// The instructions with columns replaced by the slots in which their values are.
    func bound(to slots: [Int]) -> [Instruction] {
        instructions.map { if case .column(let index) = $0 { .column(slots[index]) } else { $0 } }
    }
}
