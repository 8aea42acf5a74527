using CallCenterCrm.GrpcInterop.Probe.V1;
using CallCenterCrm.GrpcInterop.Support;
using CallCenterCrm.ServiceDefaults.Grpc;
using Google.Rpc;
using Grpc.Core;

namespace CallCenterCrm.GrpcInterop.Defaults;

/// <summary>What a caller learns when a method refuses or breaks.</summary>
public sealed class RefusalTests : IAsyncLifetime
{
    private TestServer _server = null!;
    private Connection _connection = null!;

    public async Task InitializeAsync()
    {
        _server = await TestServer.StartAsync();
        _connection = new Connection(_server.Address);
    }

    public async Task DisposeAsync()
    {
        await _connection.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Theory]
    [InlineData("ru", "это не телефонный номер; пишите с кодом страны, например +7 916 123-45-67", "ru")]
    [InlineData("ru-RU,en;q=0.8", "это не телефонный номер; пишите с кодом страны, например +7 916 123-45-67", "ru")]
    [InlineData("ru;q=0.2, en-GB;q=0.7", "no telephone number; write it with country code, for example +7 916 123-45-67", "en")]
    [InlineData("de, ru;q=0", "no telephone number; write it with country code, for example +7 916 123-45-67", "en")]
    [InlineData(";;,=", "no telephone number; write it with country code, for example +7 916 123-45-67", "en")]
    [InlineData(null, "no telephone number; write it with country code, for example +7 916 123-45-67", "en")]
    public async Task Bad_input_names_every_field_in_the_caller_s_language(string? accepted, string description, string locale)
    {
        var refusal = await FailAsync("input", accepted);
        Assert.Equal(StatusCode.InvalidArgument, refusal.StatusCode);
        var status = RichStatus.Of(refusal)!;
        Assert.Equal(((int)StatusCode.InvalidArgument, refusal.Status.Detail), (status.Code, status.Message));
        var violations = status.Detail<BadRequest>()!.FieldViolations;
        Assert.Equal(["filter.number", "page_size"], violations.Select(violation => violation.Field));
        Assert.Equal(["NOT_A_NUMBER", "OUT_OF_RANGE"], violations.Select(violation => violation.Reason));
        Assert.Equal(description, violations[0].Description);
        Assert.Equal(locale, status.Detail<LocalizedMessage>()!.Locale);
    }

    [Fact]
    public async Task More_violations_than_trailers_can_carry_are_counted_and_as_many_as_fit_are_named()
    {
        var refusal = await FailAsync("many");
        Assert.Equal("The request is refused; wrong fields: 500.", refusal.Status.Detail);
        var bytes = refusal.Trailers.GetValueBytes("grpc-status-details-bin")!;
        Assert.InRange(Convert.ToBase64String(bytes).Length, 4000, 6000);
        var named = RichStatus.Of(refusal)!.Detail<BadRequest>()!.FieldViolations;
        Assert.Equal(Enumerable.Range(0, named.Count).Select(i => $"entries[{i}]"), named.Select(violation => violation.Field));
    }

    [Fact]
    public async Task Other_refusals_carry_what_a_program_needs()
    {
        var missing = await FailAsync("missing");
        var resource = RichStatus.Of(missing)!.Detail<ResourceInfo>()!;
        Assert.Equal((StatusCode.NotFound, "call", "17"), (missing.StatusCode, resource.ResourceType, resource.ResourceName));

        var stale = await FailAsync("stale");
        Assert.Equal((StatusCode.Aborted, "42"), (stale.StatusCode, RichStatus.Of(stale)!.Detail<ErrorInfo>()!.Metadata["current"]));

        var denied = await FailAsync("permission");
        Assert.Equal(
            (StatusCode.PermissionDenied, "calls.read", "The permission calls.read is missing."),
            (denied.StatusCode, RichStatus.Of(denied)!.Detail<ErrorInfo>()!.Metadata["permission"], denied.Status.Detail));

        var often = await FailAsync("often");
        Assert.Equal(
            (StatusCode.ResourceExhausted, TimeSpan.FromSeconds(2.5)),
            (often.StatusCode, RichStatus.Of(often)!.Detail<RetryInfo>()!.RetryDelay.ToTimeSpan()));
        Assert.Empty(_server.Log);
    }

    [Fact]
    public async Task Who_is_not_signed_in_does_not_learn_why()
    {
        var refusal = await FailAsync("anonymous");
        Assert.Equal(StatusCode.Unauthenticated, refusal.StatusCode);
        Assert.DoesNotContain(ProbeService.Secret, Everything(refusal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fault_is_logged_once_and_shows_the_caller_a_reference_and_nothing_else()
    {
        var refusal = await FailAsync("fault", "ru");
        Assert.Equal(StatusCode.Internal, refusal.StatusCode);
        Assert.DoesNotContain(ProbeService.Secret, Everything(refusal), StringComparison.Ordinal);
        Assert.DoesNotContain(nameof(InvalidOperationException), Everything(refusal), StringComparison.Ordinal);
        var reference = RichStatus.Of(refusal)!.Detail<RequestInfo>()!.RequestId;
        Assert.NotEmpty(reference);
        Assert.Equal($"Ошибка сервиса; причина в его журнале под номером {reference}.", refusal.Status.Detail);
        var entry = Assert.Single(_server.Log);
        Assert.Contains(reference, entry, StringComparison.Ordinal);
        Assert.Contains(ProbeService.Secret, entry, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_caller_who_gives_up_is_no_fault()
    {
        // A first call makes the connection, which would eat the short deadline on a busy machine.
        await _connection.Probe.FlakyAsync(new FlakyRequest { Key = "first" });
        var refusal = await Assert.ThrowsAsync<RpcException>(
            async () => await _connection.Probe.DawdleAsync(new ProbeAnswer(), deadline: DateTime.UtcNow.AddMilliseconds(300)));
        Assert.Equal(StatusCode.DeadlineExceeded, refusal.StatusCode);
        Assert.Single(_server.Record.Deadlines);

        // A later call's end shows that the server is through with the first.
        await FailAsync("missing");
        Assert.Empty(_server.Log);
    }

    private async Task<RpcException> FailAsync(string kind, string? accepted = null)
    {
        var headers = new Metadata();
        if (accepted is not null)
        {
            headers.Add("accept-language", accepted);
        }

        return await Assert.ThrowsAsync<RpcException>(async () => await _connection.Probe.FailAsync(new FailRequest { Kind = kind }, headers));
    }

    private static string Everything(RpcException refusal) => refusal.Status.Detail + RichStatus.Of(refusal)
        + string.Concat(refusal.Trailers.Select(entry => entry.IsBinary ? System.Text.Encoding.UTF8.GetString(entry.ValueBytes) : entry.Value));
}
