import Engine

/// Mixes every picture of a batch with another one of it, and the labels in the same proportion.
///
/// The partners and the proportion are functions of (seed, epoch, number of the batch). The labels become f32[batch, classes].
public struct Mix: Augmentation {
    /// How two pictures become one.
    public enum Kind: Hashable, Sendable {
        /// λ a + (1 - λ) b (Zhang et al.: mixup, 2018).
        case mixup
        /// A rectangle of b of the area 1 - λ in a (Yun et al.: CutMix, 2019); the labels follow the area that really is covered.
        case cutmix
    }

    public let kind: Kind
    /// λ is drawn from Beta(alpha, alpha).
    public let alpha: Double
    public let classes: Int
    public let images: String
    public let labels: String

    public init(_ kind: Kind, alpha: Double, classes: Int, images: String = "images", labels: String = "labels") {
        if !(alpha > 0 && alpha.isFinite) || classes < 1 { trap(DatasetError("mix", "alpha \(alpha) and \(classes) classes")) }
        self.kind = kind
        self.alpha = alpha
        self.classes = classes
        self.images = images
        self.labels = labels
    }

    public func apply(to batch: inout HostBatch, seed: UInt64) throws {
        var random = SampleRandom(seed: seed, epoch: batch.epoch, sample: batch.number, stage: 1)
        var partners = Array(0..<batch.count)
        for last in stride(from: partners.count - 1, to: 0, by: -1) { partners.swapAt(last, random.below(last + 1)) }
        var share = Float(random.beta(alpha))
        let other = try batch.array(images).gathered(partners)
        guard other.shape.rank == 4, other.dtype == .u8 || other.dtype == .f32 else {
            throw DatasetError("mix", "pictures are u8 or f32 [batch,h,w,channels], not \(other.type)", at: images)
        }
        switch kind {
        case .mixup: try batch.update(images) { Self.blend(&$0, other, share) }
        case .cutmix:
            let height = other.shape[1], width = other.shape[2], side = (1 - share).squareRoot()
            let x = random.below(width), y = random.below(height)
            let halfWidth = Int(Float(width) * side) / 2, halfHeight = Int(Float(height) * side) / 2
            let columns = max(0, x - halfWidth)..<min(width, x + halfWidth), rows = max(0, y - halfHeight)..<min(height, y + halfHeight)
            share = 1 - Float(columns.count * rows.count) / Float(height * width)
            try batch.update(images) { Self.paste(&$0, other, rows: rows, columns: columns) }
        }
        batch[labels] = try mixed(batch.array(labels), partners, share)
    }

    /// Targets with two classes each.
    private func mixed(_ labels: HostArray, _ partners: [Int], _ share: Float) throws -> HostArray {
        var targets = HostArray(TensorType([labels.count, classes], .f32))
        if labels.dtype == .i32, labels.shape.rank == 1 {
            let numbers = labels.values(Int32.self)
            guard let odd = numbers.first(where: { $0 < 0 || Int($0) >= classes }) else {
                targets.withMutableElements(of: Float.self) { target in
                    for row in numbers.indices {
                        target[row * classes + Int(numbers[row])] += share
                        target[row * classes + Int(numbers[partners[row]])] += 1 - share
                    }
                }
                return targets
            }
            throw DatasetError("mix", "there is the label \(odd) among \(classes) classes", at: self.labels)
        }
        // Labels that another mix has made.
        guard labels.type == targets.type else {
            throw DatasetError("mix", "labels are i32[batch] or f32[batch,\(classes)], not \(labels.type)", at: self.labels)
        }
        targets = labels
        Self.blend(&targets, labels.gathered(partners), share)
        return targets
    }

    private static func blend(_ array: inout HostArray, _ other: HostArray, _ share: Float) {
        if array.dtype == .u8 {
            other.withElements(of: UInt8.self) { b in
                array.withMutableElements(of: UInt8.self) { a in
                    for place in 0..<a.count { a[place] = UInt8(Float(a[place]) * share + Float(b[place]) * (1 - share) + 0.5) }
                }
            }
        } else {
            other.withElements(of: Float.self) { b in
                array.withMutableElements(of: Float.self) { a in
                    for place in 0..<a.count { a[place] = a[place] * share + b[place] * (1 - share) }
                }
            }
        }
    }

    private static func paste(_ array: inout HostArray, _ other: HostArray, rows: Range<Int>, columns: Range<Int>) {
        let height = array.shape[1], width = array.shape[2], pixel = array.shape[3] * array.dtype.size
        guard !rows.isEmpty, !columns.isEmpty else { return }
        let count = array.count
        other.withBytes { source in
            array.withMutableBytes { target in
                for sample in 0..<count {
                    for row in rows {
                        let place = ((sample * height + row) * width + columns.lowerBound) * pixel
                        (target.baseAddress! + place).copyMemory(from: source.baseAddress! + place, byteCount: columns.count * pixel)
                    }
                }
            }
        }
    }
}
