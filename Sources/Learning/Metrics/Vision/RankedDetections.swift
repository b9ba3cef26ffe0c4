/// The detections of one class from the highest score to the lowest, matched at one threshold.
struct RankedDetections {
    private var images: [Int32] = []
    private var hits: [Bool] = []
    /// True boxes of each image that has some.
    private var boxes: [(image: Int, count: Double)] = []

    init(_ predictions: [[DetectedBox]], _ targets: [[TrueBox]], label: Int, threshold: Double, limit: Int) {
        var found: [(score: Double, image: Int, hit: Bool)] = []
        for image in targets.indices {
            // Boxes that count come first: a detection prefers them to crowds.
            let mine = targets[image].filter { $0.label == label }
            let truths = mine.filter { !$0.isCrowd } + mine.filter(\.isCrowd), counted = truths.count { !$0.isCrowd }
            if counted > 0 { boxes.append((image, Double(counted))) }
            let candidates = predictions[image].enumerated().filter { $0.element.label == label }
                .sorted { $0.element.score != $1.element.score ? $0.element.score > $1.element.score : $0.offset < $1.offset }
            var taken = [Bool](repeating: false, count: truths.count)
            for (_, detection) in candidates.prefix(limit) {
                var best = threshold, match: Int?
                for (place, truth) in truths.enumerated() where !taken[place] {
                    if truth.isCrowd, let match, !truths[match].isCrowd { break }
                    let common = detection.box.intersection(truth.box), area = detection.box.area
                    let overlap = truth.isCrowd ? (area > 0 ? common / area : 0) : detection.box.iou(truth.box)
                    if overlap >= best { (best, match) = (overlap, place) }
                }
                if let match {
                    if truths[match].isCrowd { continue }
                    taken[match] = true
                }
                found.append((detection.score, image, match != nil))
            }
        }
        let order = found.indices.sorted { found[$0].score != found[$1].score ? found[$0].score > found[$1].score : $0 < $1 }
        images = order.map { Int32(found[$0].image) }
        hits = order.map { found[$0].hit }
    }

    func averagePrecision(_ weights: UnsafeBufferPointer<Double>) -> Double {
        let total = boxes.reduce(0) { $0 + weights[$1.image] * $1.count }
        guard total > 0 else { return .nan }
        var recalls: [Double] = [], precisions: [Double] = [], hit = 0.0, seen = 0.0
        recalls.reserveCapacity(hits.count)
        precisions.reserveCapacity(hits.count)
        for place in hits.indices {
            let weight = weights[Int(images[place])]
            if weight == 0 { continue }
            seen += weight
            if hits[place] { hit += weight }
            recalls.append(hit / total)
            precisions.append(hit / seen)
        }
        for place in precisions.indices.dropLast().reversed() { precisions[place] = max(precisions[place], precisions[place + 1]) }
        var sum = 0.0, place = 0
        for step in 0...100 {
            while place < recalls.count && recalls[place] < Double(step) / 100 { place += 1 }
            if place == recalls.count { break }
            sum += precisions[place]
        }
        return sum / 101
    }
}
