#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A derived column, ready to run: plain numbers only, so that running one neither allocates nor counts references.
///
/// The state of an entity is a run of 64-bit words, all zero at its beginning. Whatever words say, an operation stays within its own.
struct Operation: Sendable {
    enum Kind: Sendable, Hashable {
        case expression, lag, difference, average
        case rolling(DerivedColumn.Statistic)
        case calendar(CalendarPart, DerivedColumn.Wave?)
    }

    let kind: Kind
    /// The slot read, and the one written.
    let input: Int
    let output: Int
    /// Where its words begin.
    let word: Int
    /// How many events it looks back on, or may keep.
    let length: Int
    /// The window in the units of the order, or nil for a window of events.
    let span: Double?
    let minimum: Int
    /// The weight of an average, or the calendar's offset.
    let constant: Double
    let instructions: Range<Int>

    /// How many words of state it has.
    var words: Int {
        switch kind {
        case .expression, .calendar: 0
        case .average: 1
        case .lag, .difference: length + 2
        case .rolling: span == nil ? length + 2 : 2 * length + 2
        }
    }

    /// Computes the column's value for one event.
    @inline(__always)
    func run(
        _ values: UnsafeMutablePointer<Double>, _ state: UnsafeMutablePointer<UInt64>, time: Double,
        _ program: UnsafePointer<Expression.Instruction>
    ) {
        let result: Double
        switch kind {
        case .expression: result = evaluate(values, program)
        case .lag: result = delayed(values[input], state + word)
        case .difference: result = values[input] - delayed(values[input], state + word)
        case .average:
            let x = values[input], before = number(in: state[word])
            if x.isNaN {
                result = before
            } else {
                result = before.isNaN ? x : (1 - constant) * before + constant * x
                state[word] = Features.word(of: result)
            }
        case .rolling(let statistic): result = rolled(statistic, values[input], time, state + word)
        case .calendar(let part, let wave):
            let moment = values[input]
            if moment.isNaN {
                result = .nan
            } else {
                let place = Double(part.value(of: Int64(moment) &+ Int64(constant)))
                switch wave {
                case nil: result = place
                case .sine: result = sin(2 * .pi * place / (part.period ?? 1))
                case .cosine: result = cos(2 * .pi * place / (part.period ?? 1))
                }
            }
        }
        values[output] = result.isFinite ? result : .nan
    }

    /// The value `length` events ago; a ring of as many values behind their count and the place of the oldest.
    private func delayed(_ x: Double, _ state: UnsafeMutablePointer<UInt64>) -> Double {
        let head = Int(state[1] % UInt64(length))
        let old = number(in: state[2 + head])
        state[2 + head] = Features.word(of: x)
        state[1] = UInt64((head + 1) % length)
        return old
    }

    private func rolled(_ statistic: DerivedColumn.Statistic, _ x: Double, _ time: Double, _ state: UnsafeMutablePointer<UInt64>) -> Double
    {
        var count = Int(min(state[0], UInt64(length))), head = Int(state[1] % UInt64(length))
        let ring = state + 2, times = state + 2 + length
        if let span {
            while count > 0, !(number(in: times[head]) > time - span) {
                head = head + 1 == length ? 0 : head + 1
                count -= 1
            }
        }
        if count == length {
            head = head + 1 == length ? 0 : head + 1
            count -= 1
        }
        let end = head + count < length ? head + count : head + count - length
        ring[end] = Features.word(of: x)
        if span != nil { times[end] = Features.word(of: time) }
        count += 1
        state[0] = UInt64(count)
        state[1] = UInt64(head)

        // Always summed from the oldest value to the newest: what has left the window leaves no trace in the last bits.
        var present = 0, sum = 0.0, least = Double.infinity, most = -Double.infinity, place = head
        for _ in 0..<count {
            let value = number(in: ring[place])
            if !value.isNaN {
                present += 1
                sum += value
                least = value < least ? value : least
                most = value > most ? value : most
            }
            place = place + 1 == length ? 0 : place + 1
        }
        if present < max(minimum, 1) { return .nan }
        switch statistic {
        case .sum: return sum
        case .mean: return sum / Double(present)
        case .minimum: return least
        case .maximum: return most
        case .deviation:
            if present < 2 { return .nan }
            let mean = sum / Double(present)
            var squares = 0.0
            place = head
            for _ in 0..<count {
                let value = number(in: ring[place])
                if !value.isNaN { squares += (value - mean) * (value - mean) }
                place = place + 1 == length ? 0 : place + 1
            }
            return (squares / Double(present - 1)).squareRoot()
        case .slope:
            if present < 2 { return .nan }
            let mean = sum / Double(present)
            func moment(_ index: Int, _ place: Int) -> Double { span == nil ? Double(index) : (number(in: times[place]) - time) / 1e6 }
            var moments = 0.0
            place = head
            for index in 0..<count {
                if !number(in: ring[place]).isNaN { moments += moment(index, place) }
                place = place + 1 == length ? 0 : place + 1
            }
            let middle = moments / Double(present)
            var products = 0.0, squares = 0.0
            place = head
            for index in 0..<count {
                let value = number(in: ring[place])
                if !value.isNaN {
                    let distance = moment(index, place) - middle
                    products += distance * (value - mean)
                    squares += distance * distance
                }
                place = place + 1 == length ? 0 : place + 1
            }
            return products / squares
        }
    }

    private func evaluate(_ values: UnsafeMutablePointer<Double>, _ program: UnsafePointer<Expression.Instruction>) -> Double {
        withUnsafeTemporaryAllocation(of: Double.self, capacity: Expression.deepest + 1) { stack in
            var top = -1
            for index in instructions {
                switch program[index] {
                case .column(let slot):
                    top += 1
                    stack[top] = values[slot]
                    continue
                case .constant(let value):
                    top += 1
                    stack[top] = value
                    continue
                case .negate: stack[top] = -stack[top]
                case .absolute: stack[top] = abs(stack[top])
                case .root: stack[top] = stack[top].squareRoot()
                case .exponential: stack[top] = exp(stack[top])
                case .logarithm: stack[top] = log(stack[top])
                case .logarithmOfOnePlus: stack[top] = log1p(stack[top])
                case .add, .subtract, .multiply, .divide, .raise, .least, .greatest:
                    let right = stack[top]
                    top -= 1
                    let left = stack[top]
                    switch program[index] {
                    case .add: stack[top] = left + right
                    case .subtract: stack[top] = left - right
                    case .multiply: stack[top] = left * right
                    case .divide: stack[top] = left / right
                    // What is missing stays missing: pow(1, nan) is 1.
                    case .raise: stack[top] = left.isNaN || right.isNaN ? .nan : pow(left, right)
                    case .least: stack[top] = left.isNaN || right.isNaN ? .nan : min(left, right)
                    default: stack[top] = left.isNaN || right.isNaN ? .nan : max(left, right)
                    }
                }
            }
            return stack[0]
        }
    }
}

/// A number as a word of state: the word of what is missing is zero, so that a state of zeros holds no values.
@inline(__always)
func word(of value: Double) -> UInt64 { (value.isNaN ? Double.nan : value).bitPattern ^ Double.nan.bitPattern }

@inline(__always)
func number(in word: UInt64) -> Double { Double(bitPattern: word ^ Double.nan.bitPattern) }
