using CallCenterCrm.Staff.V1;
using Grpc.Core;
using Grpc.Net.Client;
using CallbacksClient = CallCenterCrm.Callbacks.V1.Callbacks.CallbacksClient;
using CallControlClient = CallCenterCrm.CallControl.V1.CallControl.CallControlClient;
using CallsClient = CallCenterCrm.Calls.V1.Calls.CallsClient;

namespace CallCenterCrm.RealCalls.Support;

/// <summary>Managers who have signed in at Staff, as the console does it for them, and what they click on.</summary>
public sealed class Managers(Stack stack) : IDisposable
{
    private const string Password = "верная лошадь батарейка";
    private static readonly Dictionary<string, (string Token, DateTimeOffset Until)> Tokens = new(StringComparer.Ordinal);
    private static readonly SemaphoreSlim One = new(1, 1);
    private readonly GrpcChannel _staff = GrpcChannel.ForAddress(stack.AddressOf("STAFF_GRPC_PORT"));
    private readonly GrpcChannel _gateway = GrpcChannel.ForAddress(
        stack.AddressOf("GATEWAY_GRPC_PORT"),
        new GrpcChannelOptions { InitialReconnectBackoff = TimeSpan.FromMilliseconds(100), MaxReconnectBackoff = TimeSpan.FromMilliseconds(500) });

    private readonly GrpcChannel _leads = GrpcChannel.ForAddress(stack.AddressOf("LEADS_GRPC_PORT"));

    /// <summary>The calls of a manager who has signed in.</summary>
    /// <param name="extension">His, of a lane with a console (<see cref="Stage.NextConsoleLane"/>).</param>
    public async Task<Manager> OfAsync(string extension)
    {
        await One.WaitAsync();
        try
        {
            var known = Tokens.TryGetValue(extension, out var token);
            if (!known || token.Until < DateTimeOffset.UtcNow)
            {
                // A token lives five minutes; a test takes less than two of them.
                token = Tokens[extension] = (await SignInAsync(extension, first: !known), DateTimeOffset.UtcNow.AddMinutes(3));
            }

            return new Manager(
                new CallControlClient(_gateway), new CallsClient(_gateway), new CallbacksClient(_leads), new Metadata { { "authorization", $"Bearer {token.Token}" } });
        }
        finally
        {
            One.Release();
        }
    }

    public void Dispose()
    {
        _staff.Dispose();
        _gateway.Dispose();
        _leads.Dispose();
    }

    private async Task<string> SignInAsync(string extension, bool first)
    {
        var client = new SignIn.SignInClient(_staff);
        var name = $"m{extension}";
        var password = first ? stack.FirstPassword(name) : Password;
        var progress = (await client.SignInAsync(new() { SignInName = name, Password = password, ClientAddress = "127.0.0.1" })).Progress;
        if (first)
        {
            progress = (await client.ChooseNewPasswordAsync(new() { ChallengeToken = progress.Challenge.Token, NewPassword = Password })).Progress;
        }

        return progress.Grant.AccessToken;
    }
}

/// <summary>One manager at his console.</summary>
public sealed record Manager(CallControlClient Control, CallsClient Calls, CallbacksClient Callbacks, Metadata Token)
{
    /// <summary>Clicks on a callback: takes it and, when it is his, rings its number, once for each lease.</summary>
    public async Task<CallControl.V1.Dialling> CallBackAsync(string callback)
    {
        var taken = (await Callbacks.TakeCallbackAsync(new() { Id = callback }, Token)).Callback;
        return await CallAsync(taken.Number, $"{taken.Id}/{taken.Lease.Number}");
    }

    /// <summary>Clicks on a ringing call.</summary>
    public async Task<CallControl.V1.Dialling> TakeAsync(Guid call) =>
        (await Control.TakeCallAsync(new() { CallId = call.ToString(), IdempotencyKey = Guid.NewGuid().ToString() }, Token)).Dialling;

    /// <summary>Clicks on a number.</summary>
    public async Task<CallControl.V1.Dialling> CallAsync(string number, string? key = null) =>
        (await Control.PlaceCallAsync(new() { Number = number, IdempotencyKey = key ?? Guid.NewGuid().ToString(), ShownName = "Клиент \"первый\"" }, Token)).Dialling;

    /// <summary>Waits until a dialling stands somewhere, or has ended.</summary>
    public async Task<CallControl.V1.Dialling> UntilAsync(CallControl.V1.Dialling dialling, CallControl.V1.Stage stage)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        using var stream = Control.FollowDialling(new() { Id = dialling.Id }, Token, cancellationToken: limit.Token);
        while (await stream.ResponseStream.MoveNext(limit.Token))
        {
            dialling = stream.ResponseStream.Current.Dialling;
            if (dialling.Stage >= stage)
            {
                break;
            }
        }

        return dialling;
    }

    /// <summary>Waits for the end of a dialling.</summary>
    public async Task<CallControl.V1.Outcome> OutcomeAsync(CallControl.V1.Dialling dialling) =>
        (await UntilAsync(dialling, CallControl.V1.Stage.Ended)).Outcome;

    /// <summary>How a click was refused; null when it was not.</summary>
    public static async Task<RpcException?> RefusalAsync(Task click)
    {
        try
        {
            await click;
            return null;
        }
        catch (RpcException refusal)
        {
            return refusal;
        }
    }
}
