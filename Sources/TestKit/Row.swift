public import Engine

/// One line of a table of tests: a function of tensors that is held to reference numbers.
///
/// A row covers the reference cases whose dotted name is the row's name or begins with it: `matmul` covers
/// `matmul.plain.f32`, unless a row `matmul.plain` claims it.
public struct Row: Sendable, CustomStringConvertible {
    public let name: String
    /// The difference allowed in f32, relative to the larger of 1 and the expected value; other types follow from it.
    public let tolerance: Double
    /// What is held to the reference, for tensors and for the attributes of a case.
    public let function: @Sendable ([Tensor], Attributes) throws -> [Tensor]

    public init(_ name: String, tolerance: Double = 4e-6, _ function: @escaping @Sendable ([Tensor], Attributes) throws -> [Tensor]) {
        self.name = name
        self.tolerance = tolerance
        self.function = function
    }

    public init(_ name: String, tolerance: Double = 4e-6, _ function: @escaping @Sendable ([Tensor]) throws -> [Tensor]) {
        self.init(name, tolerance: tolerance) { inputs, _ in try function(inputs) }
    }

    public var description: String { name }

    /// Whether the row speaks of the case of that name.
    public func covers(_ caseName: String) -> Bool { caseName == name || caseName.hasPrefix(name + ".") }
}

extension [Row] {
    /// The row with the longest name that covers a case.
    public func row(for caseName: String) -> Row? { filter { $0.covers(caseName) }.max { $0.name.utf8.count < $1.name.utf8.count } }
}
