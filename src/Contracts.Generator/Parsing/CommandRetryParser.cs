using System.Globalization;
using Messaging.Generator.Diagnostics;
using Messaging.Generator.Model;
using Microsoft.CodeAnalysis;

namespace Messaging.Generator.Parsing;

/// <summary>Reads what <c>[Command]</c> says of retries.</summary>
internal static class CommandRetryParser
{
    private const int Unset = -1;
    private const int SecondMs = 1000;
    private const int DayMs = 24 * 60 * 60 * SecondMs;
    private const int MaxDelayMs = 24 * DayMs;

    /// <summary>The retries; null where nothing is said of them.</summary>
    public static CommandRetryModel? Parse(AttributeData? command, MethodReport report)
    {
        var attempts = Given("MaxAttempts", 1, 1000, "give a number from 1 to 1000", zeroIsUnset: true);
        var immediate = Given("ImmediateRetries", 0, 100, "give a number from 0 to 100", zeroIsUnset: false);
        var baseDelay = Given("RetryBaseDelayMs", SecondMs, DayMs, "give milliseconds from 1000 to 86400000 (a day)", zeroIsUnset: true);
        var least = Math.Max(SecondMs, baseDelay ?? 0);
        var maxDelay = Given(
            "RetryMaxDelayMs", least, MaxDelayMs,
            $"give milliseconds from {least.ToString(CultureInfo.InvariantCulture)} to 2073600000 (24 days)", zeroIsUnset: true);
        return (attempts ?? immediate ?? baseDelay ?? maxDelay) is null ? null : new CommandRetryModel(attempts, immediate, baseDelay, maxDelay);

        int? Given(string option, int min, int max, string fix, bool zeroIsUnset)
        {
            var unset = zeroIsUnset ? 0 : Unset;
            var value = AttributeReader.Option(command, option, unset);
            if (value == unset)
            {
                return null;
            }

            if (value < min || value > max)
            {
                report.That(Rules.GoodRetries, AttributeReader.Place(command), option, value.ToString(CultureInfo.InvariantCulture), fix);
            }

            return value;
        }
    }
}
