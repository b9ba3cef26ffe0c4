/// Where the numbers of each input lie: in a row of an event, in an entity's windows, in a sample.
struct SampleLayout: Sendable {
    struct Part: Sendable {
        /// Numbers of a row.
        let width: Int
        /// Where they begin in an event's row.
        let row: Int
        /// Where its ring begins in an entity's windows; -1 where it has none.
        let window: Int
        /// Where it begins in a sample, and how many rows it has there.
        let sample: Int
        let length: Int
        let encodesStrings: Bool
    }

    let parts: [Part]
    let rowWidth: Int
    let windowWords: Int
    /// Numbers of a sample, input after input.
    let sampleWidth: Int

    init(_ features: FittedFeatures) throws {
        let machine = features.machine
        var parts: [Part] = [], row = 0, window = 0, sample = 0
        for (place, group) in machine.plan.groups.enumerated() {
            let width = machine.widths[place]
            let length = group.isWindowed ? features.definition.window?.length : nil
            let (words, overflow) = width.multipliedReportingOverflow(by: length ?? 1)
            if overflow || words > Plan.mostWords {
                throw FeatureError("stream", "a window takes more than \(Plan.mostWords) numbers", at: group.name)
            }
            parts.append(
                Part(
                    width: width, row: row, window: length == nil ? -1 : window, sample: sample, length: length ?? 1,
                    encodesStrings: group.encoder != nil))
            row += width
            sample += words
            if length != nil { window += words }
        }
        self.parts = parts
        rowWidth = row
        windowWords = window
        sampleWidth = sample
    }

    /// The row of an event; the first group with a number missing, or -1.
    @inline(__always)
    func encode(
        _ machine: Machine, _ values: UnsafePointer<Double>, _ state: UnsafeMutablePointer<UInt64>,
        _ scratch: UnsafeMutablePointer<Double>, _ row: UnsafeMutablePointer<UInt32>, _ text: (_ group: Int, _ column: Int) -> String?
    ) -> Int {
        var missing = -1
        for group in parts.indices {
            let part = parts[group], target = row + part.row
            if part.encodesStrings {
                machine.encode(group, into: target) { text(group, $0) }
                continue
            }
            machine.encode(group, values, state, scratch)
            for column in 0..<part.width {
                let number = Float(scratch[column])
                if !number.isFinite, missing < 0 { missing = group }
                target[column] = (number.isFinite ? number : .nan).bitPattern
            }
        }
        return missing
    }

    /// Puts an event's row into an entity's rings.
    @inline(__always)
    func remember(_ row: UnsafePointer<UInt32>, at head: Int, in windows: UnsafeMutablePointer<UInt32>) {
        for part in parts where part.window >= 0 {
            (windows + part.window + head * part.width).update(from: row + part.row, count: part.width)
        }
    }

    /// Writes the sample that ends with an event's row, of an entity whose windows hold `run` rows, the next one to lie at `next`.
    @inline(__always)
    func write(
        _ row: UnsafePointer<UInt32>, _ windows: UnsafePointer<UInt32>, run: Int, next: Int, into sample: UnsafeMutablePointer<UInt32>
    ) {
        for part in parts {
            let target = sample + part.sample, width = part.width
            if part.window < 0 {
                target.update(from: row + part.row, count: width)
                continue
            }
            // The rows before the first of a run are zeros; the oldest that is there lies `present` places before the next one.
            let ring = windows + part.window, present = min(run, part.length), pads = part.length - present
            let oldest = next >= present ? next - present : next - present + part.length
            let straight = min(present, part.length - oldest)
            target.update(repeating: 0, count: pads * width)
            (target + pads * width).update(from: ring + oldest * width, count: straight * width)
            (target + (pads + straight) * width).update(from: ring, count: (present - straight) * width)
        }
    }
}
