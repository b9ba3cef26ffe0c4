import Engine
public import Learning

/// What goes into a bundle's net and comes out of it, as flat rows.
///
/// A row holds the numbers of all inputs of one sample, input after input; whole numbers stand there as their bits.
public struct NetPorts: Sendable {
    struct Input: Sendable {
        let name: String
        let dtype: DType
        let width: Int
    }

    let inputs: [Input]
    public let goal: NetGoal
    public let inputWidth: Int
    /// Numbers of an answer, and their axes.
    public let answerWidth: Int
    let answerShape: [Int]
    /// Numbers of a target.
    public let targetWidth: Int

    /// - Parameter goal: nil takes classes where the bundle names its answers, or its loss is one of classes, else numbers.
    /// - Throws: `StreamError` if the bundle has an axis beside the batch that is not fixed, inputs that are neither f32 nor i32, or answers
    ///   that do not fit the goal.
    public init(_ bundle: ModelBundle, goal wanted: NetGoal? = nil) throws {
        func refuse(_ reason: String) -> StreamError { StreamError("net", reason, at: bundle.name) }
        inputs = try bundle.signature.inputs.map { port in
            guard port.shape.first == .named("batch"), port.dtype == .f32 || port.dtype == .i32 else {
                throw refuse("the input \(port) has no batch, or is neither f32 nor i32")
            }
            var width = 1
            for extent in port.shape.dropFirst() {
                guard case .fixed(let extent) = extent else { throw refuse("the input \(port) has an axis that is not fixed") }
                width = width.multipliedReportingOverflow(by: extent).partialValue
                guard (1...1 << 20).contains(width) else { throw refuse("the input \(port) has too many numbers, or none") }
            }
            return Input(name: port.name, dtype: port.dtype, width: width)
        }
        inputWidth = inputs.reduce(0) { $0 + $1.width }
        guard inputWidth <= 1 << 20 else { throw refuse("its inputs have \(inputWidth) numbers, at most \(1 << 20) are possible") }
        let port = bundle.signature.outputs[0], type = try bundle.forward(["batch": 1]).outputs[0].type
        guard type.dtype == .f32, type.shape.rank > 0, type.shape[0] == 1, type.shape.count >= 1 else {
            throw refuse("the answer \(port) has no batch or is not f32")
        }
        answerShape = Array(type.shape.extents.dropFirst())
        answerWidth = type.shape.count
        let isOfClasses = port.labels != nil || (try? NetLoss(bundle.loss, for: .classes(2)))?.isOfClasses == true && bundle.loss != nil
        goal = wanted ?? (isOfClasses ? .classes(answerWidth) : .numbers)
        switch goal {
        case .classes(let count):
            guard answerShape == [count], count >= 2 else { throw refuse("the answer \(port) is not one of \(count) classes") }
            targetWidth = 1
        case .numbers: targetWidth = answerWidth
        case .reconstruction:
            guard inputs.count == 1, inputs[0].dtype == .f32, inputWidth == answerWidth else {
                throw refuse("the answer \(port) cannot be its input again")
            }
            targetWidth = 0
        }
    }

    /// 1 where answers are numbers.
    var classes: Int { if case .classes(let count) = goal { count } else { 1 } }

    /// Whether every fraction of a row can be computed with: numbers beyond 10¹² are no readings.
    func accepts(_ row: some Collection<Float>) -> Bool {
        guard row.count == inputWidth else { return false }
        var place = row.startIndex
        for input in inputs {
            for _ in 0..<input.width {
                if input.dtype == .f32, !(row[place].magnitude <= 1e12) { return false }
                place = row.index(after: place)
            }
        }
        return true
    }

    /// The class that a target names; nil for another number.
    func label(_ target: some Collection<Float>) -> Int? {
        guard let number = target.first, let label = Int(exactly: number), (0..<classes).contains(label) else { return nil }
        return label
    }

    /// Puts a row at a place of the batch that a session reads.
    func put(_ row: some Collection<Float>, at place: Int, of session: Session, firstInput: Int = 0) {
        var next = row.startIndex
        for (number, input) in inputs.enumerated() {
            let end = row.index(next, offsetBy: input.width), part = row[next..<end]
            session.withInput(firstInput + number) { memory in
                let own = memory.bindMemory(to: Float.self)
                var to = place * input.width
                for value in part {
                    own[to] = value
                    to += 1
                }
            }
            next = end
        }
    }
}
