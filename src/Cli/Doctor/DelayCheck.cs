using System.Globalization;
using Messaging.RabbitMq;

namespace Messaging.Cli.Doctor;

/// <summary>Says whether the broker is set up so that delayed messages come in time after it restarts.</summary>
internal static class DelayCheck
{
    private const string Name = "delays";

    /// <param name="areSoon">What was found; null where nothing could be learned.</param>
    public static Finding Judge(bool? areSoon) => areSoon switch
    {
        true => new Finding(Name, FindingState.Good, "what a restart of the broker catches on its way comes seconds after it"),
        false => new Finding(
            Name,
            FindingState.Warning,
            string.Create(
                CultureInfo.InvariantCulture,
                $"a delayed message that could not be passed on was not tried again in {LateDelayProbe.Limit.TotalSeconds:0} s: after a restart of the broker, retries and scheduled commands can be 3 minutes late or more"),
            LateDelayProbe.Remedy),
        null => new Finding(Name, FindingState.Skipped, "how soon they come after a restart could not be learned"),
    };
}
