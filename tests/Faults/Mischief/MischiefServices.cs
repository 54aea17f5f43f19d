using Messaging.Serialization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Messaging.Faults.Mischief;

/// <summary>Adds to a process all that throws at random.</summary>
internal static class MischiefServices
{
    /// <summary>What workers and requesters have: observers and serializers.</summary>
    public static void AddObservers(IServiceCollection services)
    {
        services.AddSingleton<MischiefListeners>();
        services.AddSingleton<ILoggerProvider, MischiefLogs>();
        services.AddOptions<JsonPayloadOptions>().Configure<Dice>(static (options, dice) =>
        {
            var converters = options.SerializerOptions.Converters;
            converters.Add(new MischiefConverter<Question>(dice));
            converters.Add(new MischiefConverter<Answer>(dice));
            converters.Add(new MischiefConverter<Job>(dice));
            converters.Add(new MischiefConverter<OrderedJob>(dice));
        });
    }

    /// <summary>What the handlers of a worker have around them.</summary>
    public static void Configure(WorkerOptions options, Dice dice)
    {
        options.Use<MischiefMiddleware>();
        options.CommandRetry.Classify = _ => dice.Strikes() ? throw new InvalidOperationException("Mischief: Classify throws.") : null;
    }
}
