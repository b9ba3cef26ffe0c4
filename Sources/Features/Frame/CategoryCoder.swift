/// Gives every distinct string a number, in the order in which they are first seen.
struct CategoryCoder {
    private(set) var names: [String]
    private var codes: [String: Int32]

    init(_ names: [String] = []) {
        self.names = names
        codes = Dictionary(minimumCapacity: names.count)
        for (code, name) in names.enumerated() { codes[name] = Int32(code) }
    }

    mutating func code(of name: String) -> Int32 {
        if let known = codes[name] { return known }
        let code = Int32(names.count)
        names.append(name)
        codes[name] = code
        return code
    }
}
