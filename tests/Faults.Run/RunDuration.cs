using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Messaging.Faults.Run;

/// <summary>Options that take a time: 500ms, 30s, 10m.</summary>
internal static class RunDuration
{
    private static readonly (string Unit, TimeSpan Length)[] _units =
        [("us", TimeSpan.FromMicroseconds(1)), ("ms", TimeSpan.FromMilliseconds(1)), ("s", TimeSpan.FromSeconds(1)), ("m", TimeSpan.FromMinutes(1))];

    public static Option<TimeSpan> Option(string name, string description, TimeSpan standard) => new(name)
    {
        Description = description + " For example 500ms, 30s, 10m.",
        DefaultValueFactory = _ => standard,
        CustomParser = Parse,
    };

    private static TimeSpan Parse(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        foreach (var (unit, length) in _units)
        {
            if (text.EndsWith(unit, StringComparison.Ordinal) && double.TryParse(text.AsSpan(0, text.Length - unit.Length), CultureInfo.InvariantCulture, out var number))
            {
                return length * number;
            }
        }

        result.AddError($"'{text}' is not a duration: write 500ms, 30s or 10m.");
        return TimeSpan.Zero;
    }
}
