import Engine
import Learning

/// Forecasts two columns of a window some hours ahead: their last values, and what two hidden layers add to them.
struct StationNet: Module {
    /// The hours and columns of a window, and which of the columns are forecast.
    private let hours: Int
    private let forecast: [Int]
    private let first: Linear, second: Linear, last: Linear
    private let dropout = Dropout(0.3)

    init(hours: Int, columns: Int, forecast: [Int]) {
        (self.hours, self.forecast) = (hours, forecast)
        first = Linear(hours * columns, 128)
        second = Linear(128, 64)
        last = Linear(64, forecast.count)
    }

    /// window [batch, hours, columns] to [batch, 1, forecast.count], in the scale of the columns
    func callAsFunction(_ window: Tensor, _ pass: inout Pass) -> Tensor {
        let now = window.selected(hours - 1, 1)  // [batch, columns]
        let persistence = concatenate(forecast.map { now.sliced($0..<$0 + 1, 1) }, 1)  // [batch, forecast.count]
        let hidden = second(dropout(first(window.flattened()).gelu(), &pass)).gelu()
        return (persistence + last(hidden)).expanded(1)
    }
}
