<?php
// php -S 127.0.0.1:8080 receiver.php

$secret = base64_decode(preg_replace('/^whsec_/', '', (string) getenv('SMPP_WEBHOOK_SECRET')));
if ($secret === '') {
    http_response_code(500); // anyone can sign with an empty secret
    exit("SMPP_WEBHOOK_SECRET is not set\n");
}
$body = file_get_contents('php://input');
$id = $_SERVER['HTTP_WEBHOOK_ID'] ?? '';
$timestamp = $_SERVER['HTTP_WEBHOOK_TIMESTAMP'] ?? '0';

$expected = 'v1,' . base64_encode(hash_hmac('sha256', "$id.$timestamp.$body", $secret, true));
$signatures = explode(' ', $_SERVER['HTTP_WEBHOOK_SIGNATURE'] ?? '');
$genuine = array_filter($signatures, fn ($given) => hash_equals($expected, $given));
if (!$genuine || abs(time() - (int) $timestamp) > 300) {
    http_response_code(401);
    exit;
}

http_response_code(204);
// An event may come twice. In a real program: a table with a unique key.
$seen = sys_get_temp_dir() . '/smpp-' . preg_replace('/[^\w-]/', '', $id);
if (!@mkdir($seen)) {
    exit;
}

['type' => $type, 'data' => $data] = json_decode($body, true);
$line = match ($type) {
    'message.report' => "{$data['id']}: {$data['status']}",
    'message.received' => "{$data['from']['number']}: {$data['text']}",
    'message.ended' => "{$data['id']}: {$data['status']}, {$data['error']['detail']}",
    default => null,
};
if ($line !== null) {
    file_put_contents('php://stderr', "$line\n");
}
