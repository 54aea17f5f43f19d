namespace Messaging.Prometheus.Tests;

public sealed class PrometheusNamesTests
{
    [Theory]
    [InlineData("messaging.client.operation.duration", "s", "histogram", "messaging_client_operation_duration_seconds")]
    [InlineData("messaging.client.retries", "{attempt}", "counter", "messaging_client_retries_total")]
    [InlineData("sent_total", null, "counter", "sent_total")]
    [InlineData("sent_bytes_total", "By", "counter", "sent_bytes_total")]
    [InlineData("load", "1", "gauge", "load_ratio")]
    [InlineData("load", "1", "counter", "load_total")]
    [InlineData("speed", "By/s", "gauge", "speed_bytes_per_second")]
    [InlineData("speed", "1/min", "gauge", "speed_per_minute")]
    [InlineData("9 lives!", "", "gauge", "_9_lives_")]
    [InlineData("...", "", "gauge", "_")]
    [InlineData("température", "Cel", "gauge", "temp_rature_Cel")]
    public void A_metric_is_named_as_by_opentelemetrys_mapping(string name, string? unit, string kind, string expected) =>
        Assert.Equal(expected, PrometheusNames.OfMetric(name, unit, kind));

    [Fact]
    public void Labels_that_become_one_are_joined_and_escaped()
    {
        var labels = new LabelSet();
        labels.Add("rpc.method", "a\\b\"c\nd");
        labels.Add("rpc_method", true);
        labels.Add("code", 1.5);

        Assert.Equal("""rpc_method="a\\b\"c\nd;true",code="1.5" """.TrimEnd(), labels.Text);
    }
}
