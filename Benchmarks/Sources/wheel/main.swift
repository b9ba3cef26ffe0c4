// What the wheel does in a second on one core: `wheel replay [EVENTS] [BATCH]` prints a JSON object per line.
import Foundation

setenv("MILLRACE_THREADS", "1", 0)
let words = Array(CommandLine.arguments.dropFirst())
func number(_ place: Int, _ otherwise: Int) -> Int { words.count > place ? Int(words[place]) ?? otherwise : otherwise }
switch words.first {
case "replay": try replay(events: number(1, 1_000_000), batch: number(2, 256))
default:
    print("usage: wheel replay [EVENTS] [BATCH]")
    exit(2)
}
