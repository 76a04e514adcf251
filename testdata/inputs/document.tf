data "alicloud_ram_policy_document" "uploads" {
  version = "1"

  statement {
    effect   = "Allow"
    action   = ["oss:PutObject", "oss:Abort Multipart"]
    resource = ["acs:oss:*:*:uploads/*"]

    condition {
      operator = "IpAddress"
      variable = "acs:SourceIp"
      values   = ["203.0.113.0/24", "203.0.113.300"]
    }
  }

  dynamic "statement" {
    for_each = var.buckets
    content {
      effect   = "allow"
      action   = ["oss:GetObject"]
      resource = [statement.value]
    }
  }
}

resource "alicloud_ram_policy" "uploads" {
  policy_name     = "uploads"
  policy_document = data.alicloud_ram_policy_document.uploads.document
}

resource "alicloud_oss_bucket_policy" "public" {
  bucket = "site"
  policy = jsonencode({
    "Version" : "1",
    "Statement" : [{
      "Effect" : "Allow",
      "Action" : ["oss:GetObject"],
      "Principal" : "*",
      "Resource" : ["acs:oss:*:1000000000000001:site/*"]
    }]
  })
}
