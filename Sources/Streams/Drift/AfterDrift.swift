/// What a calibrated detector does after it has reported a change.
public enum AfterDrift: UInt8, Sendable {
    /// The next events become the new reference; nothing is reported while they are collected.
    case learnAnew
    /// The reference stays; the sums begin at zero.
    case keepReference
}
