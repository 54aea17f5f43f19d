using Microsoft.Extensions.Options;

namespace Messaging;

/// <summary>How a worker's inbox works. Bound from <c>Messaging:Workers:{service}:Inbox</c>.</summary>
public sealed class InboxOptions
{
    /// <summary>
    /// How long a handled message is remembered. A duplicate that comes later runs again, so choose more than a message
    /// can wait in queues and dead letters. From 1 minute to 3,650 days. Default: 7 days.
    /// </summary>
    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(7);

    /// <summary>How often what is older than <see cref="Retention"/> is forgotten. From 1 s to 1 day. Default: 10 minutes.</summary>
    public TimeSpan PruneInterval { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Calls, by the method's wire name, whose reply is stored and given again to a duplicate, besides those that the
    /// contract marks with <see cref="OperationAttribute.ReplayReplies"/>. A name that is no call of the contract is
    /// refused at start. Default: none.
    /// </summary>
    public ISet<string> ReplayReplies { get; } = new HashSet<string>(StringComparer.Ordinal);

    internal sealed class Validator : IValidateOptions<InboxOptions>
    {
        public ValidateOptionsResult Validate(string? name, InboxOptions options)
        {
            var failures = new List<string>();
            if (options.Retention < TimeSpan.FromMinutes(1) || options.Retention > TimeSpan.FromDays(3_650))
            {
                failures.Add($"Messaging:Workers:{name}:Inbox: Retention is {options.Retention}; set it from one minute to 3,650 days.");
            }

            if (options.PruneInterval < TimeSpan.FromSeconds(1) || options.PruneInterval > TimeSpan.FromDays(1))
            {
                failures.Add($"Messaging:Workers:{name}:Inbox: PruneInterval is {options.PruneInterval}; set it from one second to one day.");
            }

            return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
        }
    }
}
