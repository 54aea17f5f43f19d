using System.Globalization;

namespace Messaging.Protection;

/// <summary>Says what is wrong with the limits.</summary>
internal static class GatewayLimitsValidator
{
    private const string Section = "Messaging:Gateway:Limits";
    private const int Most = 1_000_000;

    private static readonly TimeSpan _longestGrace = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan _shortestWrite = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan _longestWrite = TimeSpan.FromHours(1);

    public static IEnumerable<string> Validate(GatewayLimitsOptions options)
    {
        (string Name, int? Value)[] counts =
        [
            (nameof(options.MaxCalls), options.MaxCalls),
            (nameof(options.MaxStreams), options.MaxStreams),
            (nameof(options.MaxCallsPerClient), options.MaxCallsPerClient),
            (nameof(options.MaxStreamsPerClient), options.MaxStreamsPerClient),
            (nameof(options.MaxClients), options.MaxClients),
            ("RateLimit:Burst", options.RateLimit?.Burst),
        ];
        foreach (var (name, value) in counts)
        {
            if (value is < 1 or > Most)
            {
                yield return $"{Section}:{name} is {value}: set it from 1 to {Most}.";
            }
        }

        if (options.RateLimit is { } rate && !(rate.PerSecond > 0 && rate.PerSecond <= Most))
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"{Section}:RateLimit:PerSecond is {rate.PerSecond}: set it above 0, to at most {Most}.");
        }

        if (options.BrokerGrace < TimeSpan.Zero || options.BrokerGrace > _longestGrace)
        {
            yield return $"{Section}:{nameof(options.BrokerGrace)} is {options.BrokerGrace}: set it from 0 to {_longestGrace}.";
        }

        if (options.WriteTimeout < _shortestWrite || options.WriteTimeout > _longestWrite)
        {
            yield return $"{Section}:{nameof(options.WriteTimeout)} is {options.WriteTimeout}: set it from {_shortestWrite} to {_longestWrite}.";
        }
    }
}
