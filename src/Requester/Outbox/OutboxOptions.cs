using Microsoft.Extensions.Options;

namespace Messaging;

/// <summary>How the outbox publishes. Bound from <c>Messaging:Outbox</c>.</summary>
public sealed class OutboxOptions
{
    /// <summary>How often the outbox looks for commands that it was not told of. From 10 ms to 1 hour. Default: 1 s.</summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How many commands may wait for the broker's confirm at the same time. From 1 to 10,000. Default: 1,000.</summary>
    public int MaxUnconfirmed { get; set; } = 1_000;

    /// <summary>How long a confirm may take before the command is sent again with the same message id. From 1 s to 1 hour. Default: 30 s.</summary>
    public TimeSpan ConfirmTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long no queue may take a service's commands before they are set aside: they stay in the table, counted and
    /// logged, and are not tried again. From zero to 365 days. Default: 1 hour.
    /// </summary>
    public TimeSpan UnroutableAfter { get; set; } = TimeSpan.FromHours(1);

    /// <summary>The longest pause between attempts while the broker, a queue or the database refuses. From 100 ms to 1 hour. Default: 5 s.</summary>
    public TimeSpan MaxDelay { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long the right to publish lasts when the process that holds it dies: one process at a time publishes the
    /// commands of a database. From 1 s to 1 hour. Default: 5 s.
    /// </summary>
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(5);

    internal sealed class Validator : IValidateOptions<OutboxOptions>
    {
        private static readonly TimeSpan _hour = TimeSpan.FromHours(1);

        public ValidateOptionsResult Validate(string? name, OutboxOptions options)
        {
            var failures = new List<string>();
            void Require(bool holds, string option, object value, string rule)
            {
                if (!holds)
                {
                    failures.Add($"Messaging:Outbox: {option} is {value}; set it from {rule}.");
                }
            }

            static bool Between(TimeSpan value, TimeSpan least, TimeSpan most) => value >= least && value <= most;

            Require(Between(options.PollInterval, TimeSpan.FromMilliseconds(10), _hour), nameof(PollInterval), options.PollInterval, "10 ms to one hour");
            Require(options.MaxUnconfirmed is >= 1 and <= 10_000, nameof(MaxUnconfirmed), options.MaxUnconfirmed, "1 to 10,000");
            Require(Between(options.ConfirmTimeout, TimeSpan.FromSeconds(1), _hour), nameof(ConfirmTimeout), options.ConfirmTimeout, "one second to one hour");
            Require(Between(options.UnroutableAfter, TimeSpan.Zero, TimeSpan.FromDays(365)), nameof(UnroutableAfter), options.UnroutableAfter, "zero to 365 days");
            Require(Between(options.MaxDelay, TimeSpan.FromMilliseconds(100), _hour), nameof(MaxDelay), options.MaxDelay, "100 ms to one hour");
            Require(Between(options.Lease, TimeSpan.FromSeconds(1), _hour), nameof(Lease), options.Lease, "one second to one hour");
            return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
        }
    }
}
