extension RunProgress {
    /// Counts a batch that was learnt from.
    mutating func took(_ loss: Float, _ count: Int, rate: Double, accumulation: Int) {
        batch += 1
        passes += 1
        if passes % accumulation == 0 { step += 1 }
        lossSum += Double(loss) * Double(count)
        lossSamples += count
        lineSum += Double(loss) * Double(count)
        lineSamples += count
        self.rate = rate
    }

    mutating func nextEpoch() {
        epoch += 1
        batch = 0
        lossSum = 0
        lossSamples = 0
        epochSeconds = 0
        epochCPU = 0
    }
}
