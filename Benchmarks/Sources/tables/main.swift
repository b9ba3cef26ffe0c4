// tables scan PATH [COLUMN<NUMBER] [COLUMN…]   scans a table: all columns or these, all rows or those below a number
// tables trees PATH LABEL COLUMN…              grows boosted trees on four fifths of a table and asks them about the rest
// Each works again and again for a second or so and prints the seconds of each time as a line of JSON.
import Glibc

let arguments = CommandLine.arguments.dropFirst()
switch (arguments.first, arguments.count) {
case ("scan", 2...): try Scanning(Array(arguments.dropFirst())).run()
case ("trees", 4...): try Growing(Array(arguments.dropFirst())).run()
default:
    print("usage: tables scan PATH [COLUMN<NUMBER] [COLUMN…] | tables trees PATH LABEL COLUMN…")
    exit(2)
}
