/// Products of tensors, summed over the axes whose letters the result leaves out.
///
///     einsum("bij,bjk->bik", a, b)       // a batch of matrix products
///     einsum("...hd,...gd->...hg", q, k) // dots stand for any leading axes, which broadcast
///     einsum("ii->i", a)                 // the diagonal
///
/// Without an arrow the result has the letters that occur once, in alphabetical order. Operands are joined from left to
/// right, each pair by one matrix product.
public func einsum(_ equation: String, _ operands: Tensor...) -> Tensor {
    do { return try einsum(equation, operands) } catch { trap("\(error)") }
}

/// As the other form; refuses in words what does not fit.
public func einsum(_ equation: String, _ operands: [Tensor]) throws -> Tensor {
    let types = operands.map(\.type)
    func refuse(_ reason: String) -> EngineError { EngineError("einsum", "'\(equation)': \(reason)", operands: types) }
    let terms = try EinsumEquation(equation, ranks: operands.map(\.rank), refuse)
    if let odd = types.first(where: { $0.dtype != types[0].dtype }) {
        throw refuse("operands differ in type, \(types[0].dtype) and \(odd.dtype): cast one of them")
    }
    // What the letters measure; a leading axis that dots stand for may be 1 and broadcasts.
    var extents: [EinsumEquation.Label: Int] = [:]
    for (labels, operand) in zip(terms.operands, operands) {
        for (axis, label) in labels.enumerated() {
            let extent = operand.shape[axis], known = extents[label] ?? 1
            if case .letter(let letter) = label, let known = extents[label], known != extent {
                throw refuse("'\(letter)' is \(known) and \(extent)")
            }
            guard known == 1 || extent == 1 || known == extent else {
                throw refuse("leading axes of \(known) and \(extent) do not broadcast")
            }
            extents[label] = max(known, extent) == 1 ? extent : known == 1 ? extent : known
        }
    }
    var joined: EinsumTerm?
    for (place, operand) in operands.enumerated() {
        // Letters that somebody still needs.
        let later = Set(terms.operands.dropFirst(place + 1).flatMap { $0 } + terms.result)
        var term = EinsumTerm(tensor: operand, labels: terms.operands[place]).withoutRepetition()
        if let before = joined {
            term = before.joined(term, keeping: later)
        } else {
            term = term.summed(keeping: later)
        }
        joined = term
    }
    let last = joined!.summed(keeping: Set(terms.result))
    return last.tensor.transposed(terms.result.map { last.labels.firstIndex(of: $0)! })
}

/// The letters of an equation, axis by axis.
struct EinsumEquation {
    enum Label: Hashable {
        case letter(Character)
        /// An axis that dots stand for, counted from the last.
        case dots(Int)
    }
    var operands: [[Label]] = []
    var result: [Label] = []

    init(_ text: String, ranks: [Int], _ refuse: (String) -> EngineError) throws {
        let text = text.filter { $0 != " " }
        let halves = text.split(separator: "->", omittingEmptySubsequences: false)
        guard halves.count <= 2 else { throw refuse("more than one arrow") }
        let terms = halves[0].split(separator: ",", omittingEmptySubsequences: false)
        guard terms.count == ranks.count else { throw refuse("\(terms.count) terms for \(ranks.count) operands") }
        var most = 0
        func parse(_ term: Substring, _ dots: Int) throws -> [Label] {
            let sides = term.split(separator: "...", omittingEmptySubsequences: false)
            guard sides.count <= 2 else { throw refuse("dots twice in '\(term)'") }
            if let odd = sides.joined().first(where: { !($0.isLetter && $0.isASCII) }) { throw refuse("'\(odd)' is no letter") }
            let middle = sides.count == 2 ? (0..<dots).map { Label.dots(dots - 1 - $0) } : []
            return sides[0].map { .letter($0) } + middle + (sides.count == 2 ? sides[1].map { .letter($0) } : [])
        }
        for (term, rank) in zip(terms, ranks) {
            let letters = term.count { $0 != "." }, hasDots = term.contains("...")
            guard hasDots ? letters <= rank : letters == rank else {
                throw refuse("'\(term)' names \(letters) axes of an operand with \(rank)")
            }
            if hasDots { most = max(most, rank - letters) }
            operands.append(try parse(term, rank - letters))
        }
        let all = operands.flatMap { $0 }
        if halves.count == 2 {
            result = try parse(halves[1], most)
        } else {
            let letters = Set(all).filter { label in if case .letter = label { all.count { $0 == label } == 1 } else { false } }
            func character(_ label: Label) -> Character { if case .letter(let letter) = label { letter } else { " " } }
            result = (0..<most).map { .dots(most - 1 - $0) } + letters.sorted { character($0) < character($1) }
        }
        for label in result {
            if case .letter(let letter) = label {
                if !all.contains(label) { throw refuse("'\(letter)' of the result is in no operand") }
                if result.count(where: { $0 == label }) > 1 { throw refuse("'\(letter)' twice in the result") }
            }
        }
        if halves.count == 2, most > 0, !result.contains(.dots(0)) { throw refuse("the result leaves the dots out") }
    }
}

/// A tensor with a label for each axis.
private struct EinsumTerm {
    typealias Label = EinsumEquation.Label
    var tensor: Tensor
    var labels: [Label]

    /// The diagonal of axes that bear the same letter.
    func withoutRepetition() -> EinsumTerm {
        var term = self
        while let axis = term.labels.indices.first(where: { term.labels[..<$0].contains(term.labels[$0]) }) {
            let first = term.labels.firstIndex(of: term.labels[axis])!, extent = term.tensor.shape[axis]
            let places = Tensor.iota(extent)
            func along(_ axis: Int) -> Tensor { places.reshaped(Shape(term.labels.indices.map { $0 == axis ? extent : 1 })) }
            let diagonal = select(along(first).isEqual(to: along(axis)), term.tensor, term.tensor.like(0))
            term = EinsumTerm(tensor: diagonal.sum([axis]), labels: term.labels.enumerated().filter { $0.offset != axis }.map(\.element))
        }
        return term
    }

    func summed(keeping: Set<Label>) -> EinsumTerm {
        let axes = labels.indices.filter { !keeping.contains(labels[$0]) }
        return axes.isEmpty ? self : EinsumTerm(tensor: tensor.sum(axes), labels: labels.filter { keeping.contains($0) })
    }

    /// The product with another term, summed over the labels that are not kept.
    func joined(_ other: EinsumTerm, keeping: Set<Label>) -> EinsumTerm {
        let a = summed(keeping: keeping.union(other.labels)), b = other.summed(keeping: keeping.union(labels))
        let batch = a.labels.filter { b.labels.contains($0) && keeping.contains($0) }
        let inner = a.labels.filter { b.labels.contains($0) && !keeping.contains($0) }
        let left = a.labels.filter { !b.labels.contains($0) }, right = b.labels.filter { !a.labels.contains($0) }
        func extent(_ label: Label, _ term: EinsumTerm) -> Int { term.tensor.shape[term.labels.firstIndex(of: label)!] }
        func extents(_ list: [Label], _ term: EinsumTerm) -> [Int] { list.map { extent($0, term) } }
        func ordered(_ term: EinsumTerm, _ list: [Label]) -> Tensor { term.tensor.transposed(list.map { term.labels.firstIndex(of: $0)! }) }
        if inner.isEmpty || batch.contains(where: { extent($0, a) != extent($0, b) }) {
            // Nothing to sum, or leading axes that broadcast: elements times elements.
            let rows = ordered(a, batch + left + inner).reshaped(Shape(extents(batch + left, a) + right.map { _ in 1 } + extents(inner, a)))
            let columns = ordered(b, batch + right + inner).reshaped(
                Shape(extents(batch, b) + left.map { _ in 1 } + extents(right + inner, b)))
            return EinsumTerm(tensor: rows * columns, labels: batch + left + right + inner).summed(keeping: keeping)
        }
        let k = extents(inner, a).reduce(1, *), m = extents(left, a).reduce(1, *), n = extents(right, b).reduce(1, *)
        let lead = extents(batch, a), count = batch.isEmpty ? [] : [lead.reduce(1, *)]
        let product = matmul(
            ordered(a, batch + left + inner).reshaped(Shape(count + [m, k])),
            ordered(b, batch + right + inner).reshaped(Shape(count + [n, k])), transposeRight: true)
        return EinsumTerm(tensor: product.reshaped(Shape(lead + extents(left, a) + extents(right, b))), labels: batch + left + right)
    }
}
