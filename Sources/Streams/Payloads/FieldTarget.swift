/// Where the value of a field goes.
enum FieldTarget: Hashable {
    case number(Int)
    case timestamp(Int)
    case text(Int)
    case device
    case time
}
