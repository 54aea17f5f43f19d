using System.Text;
using Messaging.Serialization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Messaging.Xml;

public sealed class XmlCallTests : IAsyncLifetime
{
    private const string Xml = "application/xml";
    private const string Json = "application/json";

    private IHost _host = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var application = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        application.Services.AddMessaging().UseInMemory().UseProtobuf().UseXml().AddWorker<ITrees, TreesHandler>().AddRequester<ITrees>();
        _host = application.Build();
        await _host.StartAsync(Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(CancellationToken.None);
        await ((IAsyncDisposable)_host).DisposeAsync();
    }

    [Fact]
    public async Task One_worker_serves_xml_and_json_of_one_operation()
    {
        Assert.Equal(
            """<?xml version="1.0" encoding="utf-8"?><Tree><Name>Grüße &amp; 👋</Name><Height>3</Height><Branches><Tree><Height>1</Height><Branches /></Tree></Branches></Tree>""",
            await SendAsync("Echo", Xml, "<Tree><Height>3</Height><Name>Grüße &amp; 👋</Name><Branches><Tree><Height>1</Height></Tree></Branches></Tree>"));
        Assert.Equal("""{"name":"oak","height":3,"branches":[]}""", await SendAsync("Echo", Json, """{"name":"oak","height":3}"""));
        Assert.Empty(await SendAsync("Touch", Xml, "<Tree />"));
    }

    [Fact]
    public async Task Nulls_travel_where_the_contract_has_them()
    {
        const string nil = """<Tree xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true" />""";

        Assert.Contains("nil=\"true\"", await SendAsync("Find", Xml, nil), StringComparison.Ordinal);
        var failure = await Assert.ThrowsAsync<RpcException>(() => SendAsync("Echo", Xml, nil));
        Assert.Equal(StatusCode.InvalidArgument, failure.Status);
        Assert.Contains("It is null", failure.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_byte_order_mark_is_read_past() =>
        Assert.Contains("<Height>3</Height>", await SendAsync("Echo", Xml, "\uFEFF<Tree><Height>3</Height></Tree>"), StringComparison.Ordinal);

    [Fact]
    public async Task Json_stays_what_requesters_send()
    {
        var serializers = _host.Services.GetRequiredService<PayloadSerializers>();
        var echo = new Operation<Tree, Tree>("trees", "Echo", OperationKind.Call);

        Assert.Equal(Json, serializers.Choose(echo).ContentType);
        Assert.Equal([Json, Xml], serializers.ChooseAll(echo).Select(static codecs => codecs.ContentType));
        Assert.Equal("oak", (await _host.Services.GetRequiredService<ITrees>().EchoAsync(new Tree { Name = "oak" }, Token)).Name);
    }

    [Theory]
    [InlineData("Pick")]
    [InlineData("Name")]
    public async Task Types_that_xml_can_not_make_are_served_without_it(string method)
    {
        var failure = await Assert.ThrowsAsync<RpcException>(() => SendAsync(method, Xml, "<Leaf />"));

        Assert.Equal(StatusCode.InvalidArgument, failure.Status);
        Assert.Equal("red", (await _host.Services.GetRequiredService<ITrees>().PickAsync(new Leaf("red"), Token)).Colour);
    }

    public static TheoryData<string, string> Attacks => new()
    {
        { "an external entity", """<!DOCTYPE t [<!ENTITY x SYSTEM "file:///etc/passwd">]><Tree><Name>&x;</Name></Tree>""" },
        { "an external DTD", """<!DOCTYPE Tree SYSTEM "http://localhost:1/evil.dtd"><Tree />""" },
        { "a parameter entity", """<!DOCTYPE t [<!ENTITY % x SYSTEM "file:///etc/passwd"> %x;]><Tree />""" },
        { "a billion laughs", Laughs() },
        { "a quadratic blow-up", $"""<!DOCTYPE t [<!ENTITY a "{new string('a', 50_000)}">]><Tree><Name>{string.Concat(Enumerable.Repeat("&a;", 50_000))}</Name></Tree>""" },
        { "an empty DTD", "<!DOCTYPE Tree><Tree />" },
        { "an unknown entity", "<Tree><Name>&x;</Name></Tree>" },
        { "deep nesting", Deep(100_000) },
        { "deep nesting beside what is known", "<Tree>" + string.Concat(Enumerable.Repeat("<x>", 100_000)) },
        { "another root", "<Forest />" },
        { "no XML", "{}" },
        { "nothing", "" },
        { "cut", "<Tree><Name>oak" },
        { "more behind it", "<Tree /><Tree />" },
        { "a word for a number", "<Tree><Height>tall</Height></Tree>" },
        { "a number out of range", "<Tree><Height>2147483648</Height></Tree>" },
        { "another type", """<Tree xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="Process" />""" },
        { "a forbidden character", "<Tree><Name>&#0;</Name></Tree>" },
        { "an unknown encoding", """<?xml version="1.0" encoding="utf-99"?><Tree />""" },
    };

    [Theory]
    [MemberData(nameof(Attacks))]
    public async Task An_attack_is_the_callers_mistake_and_harms_nobody(string attack, string body)
    {
        Assert.NotEmpty(attack);

        var failure = await Assert.ThrowsAsync<RpcException>(() => SendAsync("Echo", Xml, body));

        Assert.Equal((StatusCode.InvalidArgument, FailureReason.Undecodable), (failure.Status, failure.Reason));
        Assert.DoesNotContain("root:", failure.Detail, StringComparison.Ordinal);
        Assert.Equal("oak", (await _host.Services.GetRequiredService<ITrees>().EchoAsync(new Tree { Name = "oak" }, Token)).Name);
    }

    private async Task<string> SendAsync(string method, string contentType, string body)
    {
        var operation = new Operation<RawPayload, RawPayload>("trees", method, OperationKind.Call) { ContentType = contentType };
        var reply = await _host.Services.GetRequiredService<IOperationInvoker>().CallAsync(operation, new RawPayload(Encoding.UTF8.GetBytes(body)), options: null, Token);
        return Encoding.UTF8.GetString(reply.Body.Span);
    }

    private static string Laughs() =>
        "<!DOCTYPE t [<!ENTITY l0 \"lol\">"
        + string.Concat(Enumerable.Range(1, 9).Select(static level => $"<!ENTITY l{level} \"{string.Concat(Enumerable.Repeat($"&l{level - 1};", 10))}\">"))
        + "]><Tree><Name>&l9;</Name></Tree>";

    private static string Deep(int levels) =>
        string.Concat(Enumerable.Repeat("<Tree><Branches>", levels)) + string.Concat(Enumerable.Repeat("</Branches></Tree>", levels));
}
