using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Messaging.RoundTrip.CommandLine;

/// <summary>Reads one value of a list.</summary>
/// <typeparam name="T">Its kind.</typeparam>
/// <param name="text">What was written.</param>
/// <param name="value">What it means.</param>
internal delegate bool ReadValue<T>(string text, out T value);

/// <summary>Options whose values are separated by commas, and that say which of them is wrong.</summary>
internal static class CommaList
{
    /// <summary>Whole numbers from 1.</summary>
    /// <param name="name">With its dashes.</param>
    /// <param name="description">For the help.</param>
    /// <param name="standard">The default.</param>
    /// <param name="maximum">The most that each may be.</param>
    public static Option<int[]> OfNumbers(string name, string description, int[] standard, int maximum = int.MaxValue)
    {
        var advice = maximum == int.MaxValue
            ? "is not a positive number."
            : string.Create(CultureInfo.InvariantCulture, $"is not a number from 1 to {maximum}.");
        return Of(name, description, standard, advice, (string text, out int number) =>
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number >= 1 && number <= maximum);
    }

    /// <summary>Values of any kind.</summary>
    /// <typeparam name="T">The kind.</typeparam>
    /// <param name="name">With its dashes.</param>
    /// <param name="description">For the help.</param>
    /// <param name="standard">The default.</param>
    /// <param name="advice">The rest of the sentence that begins with a wrong value.</param>
    /// <param name="read">Reads one.</param>
    public static Option<T[]> Of<T>(string name, string description, T[] standard, string advice, ReadValue<T> read) => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => standard,
        CustomParser = result => Read(result, name, advice, read),
    };

    private static T[] Read<T>(ArgumentResult result, string name, string advice, ReadValue<T> read)
    {
        var values = new List<T>();
        foreach (var text in result.Tokens[0].Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (read(text, out var value))
            {
                values.Add(value);
            }
            else
            {
                result.AddError($"{name} '{text}' {advice}");
            }
        }

        if (values.Count == 0)
        {
            result.AddError($"{name} names nothing.");
        }

        return [.. values.Distinct()];
    }
}
