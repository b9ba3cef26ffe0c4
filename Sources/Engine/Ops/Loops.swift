/// Runs `body` once for every index of the first axis of the `over` tensors and hands a state on from step to step.
///
///     let (last, all) = scan(carry: [h0], over: [x]) { carry, step in
///         let h = (linear(step[0], w) + linear(carry[0], u)).tanh()
///         return ([h], [h])
///     }
///
/// - Parameter carry: the state before the first step.
/// - Parameter over: tensors of one first extent, the number of steps; the body sees them without that axis.
/// - Parameter steps: the number of steps where there is nothing to go over.
/// - Parameter reverse: from the last step to the first; outputs stand at the place of their step all the same.
/// - Parameter body: from the state and this step's slices to the next state, of the same types, and outputs. It may use
///   tensors from outside. It is traced once.
/// - Returns: the last state, and the outputs of all steps stacked along a new first axis.
///
/// The gradient is a scan in the other direction over the saved states; it can be differentiated again.
public func scan(
    carry: [Tensor], over: [Tensor], steps: Int? = nil, reverse: Bool = false,
    _ body: (_ carry: [Tensor], _ slices: [Tensor]) throws -> (carry: [Tensor], outputs: [Tensor])
) rethrows -> (carry: [Tensor], outputs: [Tensor]) {
    if let odd = over.first(where: { $0.rank == 0 || $0.shape[0] != over[0].shape[0] }) {
        trap("\(EngineError("scan", "all tensors must have the first extent of the first one", operands: [over[0].type, odd.type]))")
    }
    guard let steps = over.first?.shape[0] ?? steps else {
        trap("\(EngineError("scan", "there is nothing to go over: give the number of steps"))")
    }
    let types = carry.map(\.type) + over.map { $0.type.with($0.shape.removing(0)) }
    let (graph, captured) = try Subgraph.trace(types) { inputs in
        let (next, outputs) = try body(Array(inputs.prefix(carry.count)), Array(inputs.dropFirst(carry.count)))
        return next + outputs
    }
    let op = Scan(body: graph, carries: carry.count, sequences: over.count, steps: over.isEmpty ? steps : nil, isReversed: reverse)
    let results = Tensor.makeAll(op, carry + over + captured)
    return (Array(results.prefix(carry.count)), Array(results[carry.count..<graph.outputs.count]))
}

/// Runs `body` as long as `condition`, one bool, is true of the state.
///
/// - Returns: the first state of which it is not true.
///
/// It has no gradient, since the number of steps is unknown; `scan` has one.
public func whileLoop(
    carry: [Tensor], condition: (_ carry: [Tensor]) throws -> Tensor, _ body: (_ carry: [Tensor]) throws -> [Tensor]
) rethrows -> [Tensor] {
    let types = carry.map(\.type)
    let (test, tested) = try Subgraph.trace(types) { [try condition($0)] }
    let (graph, captured) = try Subgraph.trace(types, body)
    return Tensor.makeAll(WhileLoop(condition: test, body: graph, carries: carry.count), carry + tested + captured)
}

/// Operands: the first state, what is gone over, what the body takes from outside. Results: the last state, the stacked
/// outputs, and the states before every step, stacked, which the gradient reads.
struct Scan: Op {
    let body: Subgraph
    let carries: Int
    let sequences: Int
    /// The number of steps where there is no sequence.
    var steps: Int?
    var isReversed = false
    var name: String { "scan" }

    private func count(_ operands: [TensorType]) -> Int { sequences > 0 ? operands[carries].shape[0] : steps ?? 0 }

    /// The types that the body sees of operands.
    private func inner(_ operands: [TensorType]) -> [TensorType] {
        operands.enumerated().map { place, type in
            (carries..<carries + sequences).contains(place) && type.shape.rank > 0 ? type.with(type.shape.removing(0)) : type
        }
    }

    func infer(_ operands: [TensorType]) throws -> [TensorType] {
        try require(body.inputs.count...body.inputs.count, operands)
        guard (0...operands.count).contains(carries), (0...operands.count - carries).contains(sequences), (0...1 << 31).contains(steps ?? 0)
        else { throw refuse("\(carries) carried and \(sequences) gone over of \(operands.count) operands", operands) }
        guard operands[carries..<carries + sequences].allSatisfy({ $0.shape.rank > 0 && $0.shape[0] == operands[carries].shape[0] }) else {
            throw refuse("all tensors must have the first extent of the first one", operands)
        }
        guard inner(operands) == body.inputs else { throw refuse("the body takes \(body.inputs)", operands) }
        guard body.outputs.count >= carries, Array(body.outputs.prefix(carries)) == Array(body.inputs.prefix(carries)) else {
            throw refuse(
                "the body gives the state \(Array(body.outputs.prefix(carries))) where it takes \(Array(body.inputs.prefix(carries)))",
                operands)
        }
        let steps = count(operands)
        func stacked(_ type: TensorType) -> TensorType { type.with(Shape([steps] + type.shape.extents)) }
        return Array(operands.prefix(carries)) + (Array(body.outputs.dropFirst(carries)) + Array(operands.prefix(carries))).map(stacked)
    }

    func specialised(from old: [TensorType], to new: [TensorType], changes: [AxisChange]) throws -> any Op {
        Scan(body: try body.specialised(inner(new), changes), carries: carries, sequences: sequences, steps: steps, isReversed: isReversed)
    }

    /// With c the state before a step and f the body: going backwards, dc = dc' · ∂f/∂c, and likewise for what was gone over;
    /// the gradients of what came from outside are added up on the way.
    func gradient(_ call: Call) -> [Tensor?] {
        let operands = call.operands, outputs = body.outputs.count - carries
        let sequence = carries..<carries + sequences
        func isFloat(_ place: Int) -> Bool { operands[place].dtype.isFloat }
        func zeros(_ type: TensorType) -> Tensor { .fill(0, type.shape, type.dtype) }
        let states = (0..<carries).filter(isFloat), gone = sequence.filter(isFloat),
            outside = (sequence.upperBound..<operands.count).filter(isFloat)
        let outputFlow = (0..<outputs).filter { call.flow[carries + $0] != nil }
        let savedFlow = states.filter { call.flow[carries + outputs + $0] != nil }
        let saved = Array(call.results[(carries + outputs)...])
        let over =
            saved + Array(operands[sequence]) + outputFlow.map { call.flow[carries + $0]! }
            + savedFlow.map { call.flow[carries + outputs + $0]! }
        let carry = states.map { call.flow[$0] ?? zeros(operands[$0].type) } + outside.map { zeros(operands[$0].type) }
        let (first, stacked) = scan(carry: carry, over: over, steps: steps, reverse: !isReversed) { carry, slices in
            // Handles of their own: flow must not run on from one captured tensor into another that it was made of.
            let captured = operands[sequence.upperBound...].map { $0.unary(.copy) }
            let inputs = Array(slices.prefix(sequence.upperBound)) + captured
            let results = body(inputs)
            let flows = Array(slices.dropFirst(sequence.upperBound))
            var seeds: [(result: Tensor, seed: Tensor)] = []
            for (place, state) in states.enumerated() { seeds.append((results[state], carry[place])) }
            for (place, output) in outputFlow.enumerated() { seeds.append((results[carries + output], flows[place])) }
            let back = pullback(seeds.map(\.result), flow: seeds.map(\.seed), to: (states + gone + outside).map { inputs[$0] })
            var next: [Tensor] = []
            for (place, state) in states.enumerated() {
                let total = back[place] ?? zeros(inputs[state].type)
                next.append(savedFlow.firstIndex(of: state).map { total + flows[outputFlow.count + $0] } ?? total)
            }
            for place in outside.indices {
                let before = carry[states.count + place]
                next.append(back[states.count + gone.count + place].map { before + $0 } ?? before)
            }
            return (next, gone.indices.map { back[states.count + $0] ?? zeros(inputs[gone[$0]].type) })
        }
        var result = [Tensor?](repeating: nil, count: operands.count)
        for (place, state) in states.enumerated() { result[state] = first[place] }
        for (place, number) in gone.enumerated() { result[number] = stacked[place] }
        for (place, number) in outside.enumerated() { result[number] = first[states.count + place] }
        return result
    }

    func bind(_ binder: Binder) throws -> Kernel {
        let session = try body.session(native: binder.native)
        let steps = count(binder.operands.map(\.type)), outputs = body.outputs.count - carries
        let state = LoopState(session, carries: carries)
        let (carries, sequences, isReversed) = (carries, sequences, isReversed)
        let saved = (0..<carries).filter { binder.resultIsRead[carries + outputs + $0] }
        return Kernel(label: "scan") { _, _ in
            for place in 0..<carries { state.set(place, binder.operands[place].pointer) }
            for place in carries + sequences..<binder.operands.count { state.set(place, binder.operands[place].pointer) }
            for index in 0..<steps {
                let step = isReversed ? steps - 1 - index : index
                for place in carries..<carries + sequences {
                    state.set(place, binder.operands[place].pointer + step * state.inputBytes[place])
                }
                for place in saved { state.get(place, binder.results[carries + outputs + place].pointer + step * state.inputBytes[place]) }
                session.run()
                for place in carries..<carries + outputs {
                    let bytes = state.outputBytes[place]
                    (binder.results[place].pointer + step * bytes).copyMemory(from: state.outputs[place], byteCount: bytes)
                }
                state.advance()
            }
            for place in 0..<carries { state.get(place, binder.results[place].pointer) }
        }
    }
}

/// Operands: the first state, what the condition takes from outside, what the body takes from outside.
struct WhileLoop: Op {
    let condition: Subgraph
    let body: Subgraph
    let carries: Int
    var name: String { "whileLoop" }

    private var tested: Int { condition.inputs.count - carries }

    func infer(_ operands: [TensorType]) throws -> [TensorType] {
        guard (0...min(condition.inputs.count, body.inputs.count)).contains(carries) else {
            throw refuse("condition and body have fewer than \(carries) inputs", operands)
        }
        let count = condition.inputs.count + body.inputs.count - carries
        try require(count...count, operands)
        let state = Array(operands.prefix(carries))
        guard condition.outputs == [TensorType([], .bool)] else {
            throw refuse("the condition must give bool[], it gives \(condition.outputs)", operands)
        }
        guard body.outputs == state else { throw refuse("the body gives the state \(body.outputs)", operands) }
        guard state + operands[carries..<carries + tested] == condition.inputs, state + operands[(carries + tested)...] == body.inputs
        else {
            throw refuse("condition and body take \(condition.inputs) and \(body.inputs)", operands)
        }
        return state
    }

    func specialised(from old: [TensorType], to new: [TensorType], changes: [AxisChange]) throws -> any Op {
        let state = Array(new.prefix(carries))
        let condition = try condition.specialised(state + new[carries..<carries + tested], changes)
        return WhileLoop(condition: condition, body: try body.specialised(state + new[(carries + tested)...], changes), carries: carries)
    }

    func gradient(_ call: Call) -> [Tensor?] {
        // Not a precondition, whose text an optimised build leaves out.
        fatalError("\(refuse("has no gradient, because the number of steps is unknown: use scan", call.operands.map(\.type)))")
    }

    func bind(_ binder: Binder) throws -> Kernel {
        let test = LoopState(try condition.session(native: binder.native), carries: carries)
        let state = LoopState(try body.session(native: binder.native), carries: carries)
        let (carries, tested) = (carries, tested)
        return Kernel(label: "whileLoop") { _, _ in
            for place in 0..<carries { state.set(place, binder.operands[place].pointer) }
            for place in 0..<tested { test.set(carries + place, binder.operands[carries + place].pointer) }
            for place in carries + tested..<binder.operands.count { state.set(place - tested, binder.operands[place].pointer) }
            while true {
                for place in 0..<carries { test.set(place, state.inputs[place]) }
                test.session.run()
                if test.outputs[0].load(as: UInt8.self) == 0 { break }
                state.session.run()
                state.advance()
            }
            for place in 0..<carries { state.get(place, binder.results[place].pointer) }
        }
    }
}

/// The memory of a session that runs the body of a loop; its first inputs are the state.
private final class LoopState {
    let session: Session
    let carries: Int
    let inputs: [UnsafeMutableRawPointer]
    let outputs: [UnsafeRawPointer]
    let inputBytes: [Int]
    let outputBytes: [Int]
    /// Holds the next state where an output lies in the memory of an input.
    private let between: [Buffer]

    init(_ session: Session, carries: Int) {
        self.session = session
        self.carries = carries
        inputBytes = session.program.inputs.map(\.bytes)
        outputBytes = session.program.outputs.map(\.bytes)
        let inputs = inputBytes.indices.map { session.withInput($0) { $0.baseAddress! } }
        outputs = outputBytes.indices.map { session.withOutput($0) { $0.baseAddress! } }
        self.inputs = inputs
        let isShared = outputs.prefix(carries).contains { output in inputs.contains { UnsafeRawPointer($0) == output } }
        between = isShared ? outputBytes.prefix(carries).map { Buffer(bytes: $0) } : []
    }

    func set(_ input: Int, _ source: UnsafeRawPointer) { inputs[input].copyMemory(from: source, byteCount: inputBytes[input]) }
    func get(_ input: Int, _ target: UnsafeMutableRawPointer) { target.copyMemory(from: inputs[input], byteCount: inputBytes[input]) }

    /// Makes the next state the present one.
    func advance() {
        if between.isEmpty {
            for place in 0..<carries { set(place, outputs[place]) }
        } else {
            for place in 0..<carries { between[place].pointer.copyMemory(from: outputs[place], byteCount: inputBytes[place]) }
            for place in 0..<carries { set(place, between[place].pointer) }
        }
    }
}

let loopCatalog: [any Op] = {
    let state = Tensor.input("state", []), slice = Tensor.input("slice", [])
    let body = try! Subgraph(inputs: [state, slice], outputs: [state + slice, state])
    let number = Tensor.input("state", [])
    let condition = try! Subgraph(inputs: [number], outputs: [number.isLess(than: 10)])
    let next = try! Subgraph(inputs: [number], outputs: [number + 1])
    return [Scan(body: body, carries: 1, sequences: 1), WhileLoop(condition: condition, body: next, carries: 1)]
}()
