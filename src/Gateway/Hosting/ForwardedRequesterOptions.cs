using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Messaging.Hosting;

/// <summary>Binds the options of services that nobody registered a requester for, as the gateway learns of them.</summary>
internal sealed class ForwardedRequesterOptions(IConfiguration configuration) : IConfigureNamedOptions<RequesterOptions>
{
    public void Configure(string? name, RequesterOptions options)
    {
        if (!string.IsNullOrEmpty(name))
        {
            configuration.GetSection($"Messaging:Requesters:{name}").Bind(options);
        }
    }

    public void Configure(RequesterOptions options)
    {
    }
}
