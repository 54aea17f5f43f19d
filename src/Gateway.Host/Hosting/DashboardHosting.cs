using Messaging.Users;
using Microsoft.AspNetCore.Authentication;

namespace Messaging.Hosting;

/// <summary>Adds the dashboard to the program, behind the names and passwords of its configuration.</summary>
internal static class DashboardHosting
{
    public static bool IsServed(GatewayHostOptions options, IHostEnvironment environment) => options.Dashboard ?? environment.IsDevelopment();

    public static void Add(WebApplicationBuilder builder, MessagingBuilder messaging, GatewayHostOptions options)
    {
        // What may be called is shown from the start, alive or not.
        var named = builder.Configuration.GetSection("Messaging:Gateway:Services").Get<string[]>() ?? [];
        messaging.AddDashboard(dashboard => dashboard.Services.UnionWith(named.Where(static service => service is not "*")));
        if (options.DashboardUsers.Count > 0)
        {
            builder.Services.AddSingleton(new UserPasswords(options.DashboardUsers));
            builder.Services.AddAuthentication().AddScheme<AuthenticationSchemeOptions, BasicAuthentication>(BasicAuthentication.Name, configureOptions: null);
            builder.Services.AddAuthorization();
        }
    }

    public static void Map(WebApplication app, GatewayHostOptions options)
    {
        var dashboard = app.MapMessagingDashboard();
        if (options.DashboardUsers.Count > 0)
        {
            dashboard.RequireAuthorization(static policy => policy.AddAuthenticationSchemes(BasicAuthentication.Name).RequireAuthenticatedUser());
        }
    }
}
