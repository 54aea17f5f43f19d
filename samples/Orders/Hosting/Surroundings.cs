using Orders.Activity;

namespace Orders.Hosting;

/// <summary>What all parts of this process share.</summary>
/// <param name="Broker">Where calls and commands go through.</param>
/// <param name="Feed">What happens.</param>
/// <param name="Configuration">appsettings.json and the environment.</param>
/// <param name="Time">The clock.</param>
internal sealed record Surroundings(Broker Broker, ActivityFeed Feed, IConfiguration Configuration, TimeProvider Time);
