/// Chooses thresholds so that no file is scored with a threshold that it helped to choose.
///
/// Files are put into folds. For each fold the threshold is the one with the highest worth on all *other* files; worth is averaged over
/// `smoothing` neighbouring thresholds on either side first, so that the middle of a plateau wins over a lucky spike.
public struct ThresholdChoice: Sendable {
    public let thresholds: [Double]
    /// The index of the threshold of each file.
    public let chosen: [Int]
    /// The index of the threshold that all files together would choose; for use on new files, not for scoring these.
    public let forNewFiles: Int

    /// - Parameters:
    ///   - folds: which fold each file is in.
    ///   - worth: what a threshold is worth on a set of files, larger is better.
    public init(thresholds: [Double], folds: [Int], smoothing: Int = 0, worth: (_ threshold: Int, _ files: [Int]) -> Double) {
        precondition(!thresholds.isEmpty, "ThresholdChoice: no thresholds")
        self.thresholds = thresholds
        func best(_ files: [Int]) -> Int {
            let worths = thresholds.indices.map { worth($0, files) }
            let smooth = worths.indices.map { index in
                (index - smoothing...index + smoothing).reduce(0) { $0 + worths[min(max($1, 0), worths.count - 1)] }
            }
            return smooth.indices.reduce(0) { smooth[$1] > smooth[$0] ? $1 : $0 }
        }
        let byFold = Dictionary(uniqueKeysWithValues: Set(folds).map { fold in (fold, best(folds.indices.filter { folds[$0] != fold })) })
        chosen = folds.map { byFold[$0]! }
        forNewFiles = best(Array(folds.indices))
    }
}
