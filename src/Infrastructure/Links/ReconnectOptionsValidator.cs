using Microsoft.Extensions.Options;

namespace Messaging.Links;

internal sealed class ReconnectOptionsValidator : IValidateOptions<ReconnectOptions>
{
    // What Polly accepts for its delays.
    private static readonly TimeSpan _longest = TimeSpan.FromDays(1);

    public ValidateOptionsResult Validate(string? name, ReconnectOptions options)
    {
        if (options.InitialDelay <= TimeSpan.Zero || options.InitialDelay > _longest)
        {
            return ValidateOptionsResult.Fail(
                $"Messaging:Reconnect: InitialDelay is {options.InitialDelay}; set it above zero and to at most a day, e.g. 00:00:00.1.");
        }

        if (options.MaxDelay < options.InitialDelay || options.MaxDelay > _longest)
        {
            return ValidateOptionsResult.Fail(
                $"Messaging:Reconnect: MaxDelay is {options.MaxDelay}; set it to at least InitialDelay ({options.InitialDelay}) and at most a day.");
        }

        return ValidateOptionsResult.Success;
    }
}
